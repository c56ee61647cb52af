//go:build linux

package source

import (
	"bytes"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	sevabi "github.com/google/go-sev-guest/abi"
	sevtest "github.com/google/go-sev-guest/testing"
	"github.com/hf/nsm/request"
	"github.com/hf/nsm/response"

	"github.com/zkpass-go/zkpass/attest"
)

type fakeModule struct {
	asked  *request.Attestation
	answer response.Response
	err    error
}

func (m *fakeModule) Send(r request.Request) (response.Response, error) {
	m.asked, _ = r.(*request.Attestation)
	return m.answer, m.err
}

func TestNitro(t *testing.T) {
	data, nonce := [64]byte{1}, []byte("nonce")
	module := &fakeModule{answer: response.Response{Attestation: &response.Attestation{Document: []byte("document")}}}
	report, err := newNitro(module).Report(t.Context(), data, nonce)
	if err != nil || string(report) != "document" {
		t.Errorf("got %q, %v", report, err)
	}
	if !bytes.Equal(module.asked.UserData, data[:]) || !bytes.Equal(module.asked.Nonce, nonce) || module.asked.PublicKey != nil {
		t.Errorf("asked for %+v", module.asked)
	}
	for name, module := range map[string]*fakeModule{
		"error":       {err: errors.New("x")},
		"refusal":     {answer: response.Response{Error: response.ECInputTooLarge}},
		"no document": {answer: response.Response{Attestation: &response.Attestation{}}},
		"no answer":   {},
	} {
		if _, err := newNitro(module).Report(t.Context(), data, nonce); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The library's fake device, from the request to the verified result.
func TestSNP(t *testing.T) {
	keys, nonce, now := testKeys(t), make([]byte, 16), time.Now()
	data, err := attest.ReportData(nonce, keys)
	if err != nil {
		t.Fatal(err)
	}
	raw := sevtest.TestRawReport(data) // with the debug bit
	provider, err := sevtest.TcQuoteProvider([]sevtest.TestCase{{Input: data, Output: raw}},
		&sevtest.DeviceOptions{Now: now, Product: sevabi.DefaultSevProduct()})
	if err != nil {
		t.Fatal(err)
	}
	signer := provider.Device.Signer
	text, err := Evidence(t.Context(), newSNP(provider), nonce, keys)
	if err != nil {
		t.Fatal(err)
	}
	policy := attest.Policy{AllowDebug: true, SNP: &attest.SNPPolicy{
		Measurements: []attest.Digest{{}}, MinTCB: &attest.SNPTCB{},
		Roots: []*x509.Certificate{signer.Ark, signer.Ask, signer.Asvk},
	}}
	result, err := attest.Verify(text, nonce, keys, policy)
	if err != nil {
		t.Fatal(err)
	}
	if !result.Debug {
		t.Errorf("got %+v", result)
	}
	if _, err := newSNP(provider).Report(t.Context(), [64]byte{9}, nil); err == nil {
		t.Error("a report that the device does not have")
	}
}

type fakeQuotes struct{ asked [64]byte }

func (*fakeQuotes) IsSupported() error { return nil }

func (q *fakeQuotes) GetRawQuote(data [64]byte) ([]uint8, error) {
	q.asked = data
	return []byte("quote"), nil
}

func TestTDX(t *testing.T) {
	quotes := &fakeQuotes{}
	report, err := newTDX(quotes).Report(t.Context(), [64]byte{3}, nil)
	if err != nil || string(report) != "quote" || quotes.asked != ([64]byte{3}) {
		t.Errorf("got %q, %v, asked for %v", report, err, quotes.asked)
	}
}

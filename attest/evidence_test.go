package attest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

const (
	goodNonce    = `"nonce":"AAAAAAAAAAAAAAAAAAAAAA"`
	goodKeys     = `"keys":[{"kid":"a","alg":"ECDH-ES","thumbprint":"t"}]`
	goodEvidence = `{"platform":"nitro",` + goodNonce + `,` + goodKeys + `,"evidence":"AQ"}`
)

func TestParseEvidence(t *testing.T) {
	got := parse(t, []byte(goodEvidence))
	want := &attest.Evidence{
		Platform: attest.Nitro, Nonce: make([]byte, 16), Report: []byte{1},
		Keys: []attest.Key{{ID: "a", Algorithm: "ECDH-ES", Thumbprint: "t"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text, err := json.Marshal(got)
	if err != nil || string(text) != goodEvidence {
		t.Errorf("written again: %s, %v", text, err)
	}
}

func TestParseEvidenceIsStrict(t *testing.T) {
	replaced := func(old, with string) string {
		text := strings.Replace(goodEvidence, old, with, 1)
		if text == goodEvidence {
			t.Fatalf("%s is not there", old)
		}
		return text
	}
	for name, text := range map[string]string{
		"empty":             "",
		"array":             "[]",
		"trailing":          goodEvidence + "x",
		"no platform":       replaced(`"platform":"nitro",`, ``),
		"platform null":     replaced(`"nitro"`, `null`),
		"case of names":     replaced(`"platform"`, `"Platform"`),
		"unknown member":    replaced(`"platform"`, `"x":1,"platform"`),
		"twice":             replaced(`"platform"`, `"platform":"tdx","platform"`),
		"twice, decoded":    replaced(`"platform"`, `"platform":"tdx","pl\u0061tform"`),
		"unknown, escaped":  replaced(`"platform"`, `"\u0078":1,"platform"`),
		"short nonce":       replaced(goodNonce, `"nonce":"AAAAAAAAAAAAAAAAAAAA"`),
		"long nonce":        replaced(goodNonce, `"nonce":"`+strings.Repeat("A", 88)+`"`),
		"nonce padded":      replaced(goodNonce, `"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="`),
		"nonce line end":    replaced(goodNonce, `"nonce":"AAAAAAAAAAAAA\nAAAAAAAAA"`),
		"nonce bits":        replaced(goodNonce, `"nonce":"AAAAAAAAAAAAAAAAAAAAAB"`),
		"keys an object":    replaced(goodKeys, `"keys":{}`),
		"a key a string":    replaced(goodKeys, `"keys":["a"]`),
		"a key has more":    replaced(`"kid"`, `"x":1,"kid"`),
		"a key has less":    replaced(`"kid":"a",`, ``),
		"too many keys":     replaced(goodKeys, `"keys":[`+strings.Repeat(`{"kid":"a","alg":"","thumbprint":""},`, 128)+`{"kid":"a","alg":"","thumbprint":""}]`),
		"evidence a number": replaced(`"AQ"`, `1`),
		"deep":              replaced(`"AQ"`, strings.Repeat("[", 20)+strings.Repeat("]", 20)),
	} {
		if _, err := attest.ParseEvidence([]byte(text)); !errors.Is(err, zkpass.ErrMalformed) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	for name, text := range map[string]string{
		"report": replaced(`"AQ"`, `"`+strings.Repeat("A", (attest.MaxReport+3)*4/3)+`"`),
		"text":   goodEvidence + strings.Repeat(" ", attest.MaxEvidence),
	} {
		if _, err := attest.ParseEvidence([]byte(text)); !errors.Is(err, zkpass.ErrTooLarge) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

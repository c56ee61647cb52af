package attest_test

import (
	"testing"
	"time"

	pb "github.com/google/go-tdx-guest/proto/tdx"
	"github.com/google/go-tdx-guest/testing/testdata"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

func verifyTDXEdited(t *testing.T, m *tdxMachine, policy attest.Policy, edit func(*pb.QuoteV4)) (*attest.Result, error) {
	t.Helper()
	m.edit = edit
	defer func() { m.edit = nil }()
	keys, nonce := newKeys(t), testNonce(1)
	return attest.Verify(evidenceOf(t, m, nonce, keys, false), nonce, keys, policy)
}

// Everything in a quote can be signed rightly by an enclave that is not Intel's.
func TestTDXQuotingEnclave(t *testing.T) {
	m := newTDX(t)
	for name, edit := range map[string]func(*pb.EnclaveReport){
		"signer":     func(qe *pb.EnclaveReport) { qe.MrSigner[31]++ },
		"product":    func(qe *pb.EnclaveReport) { qe.IsvProdId = 1 },
		"debug":      func(qe *pb.EnclaveReport) { qe.Attributes[0] |= 2 },
		"miscselect": func(qe *pb.EnclaveReport) { qe.MiscSelect = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verifyTDXEdited(t, m, m.policy(), func(q *pb.QuoteV4) { edit(certified(q).QeReport) })
			want(t, err, attest.ErrSignature)
		})
	}
}

func TestTDXState(t *testing.T) {
	m := newTDX(t)
	for name, edit := range map[string]func(*pb.QuoteV4){
		"module's signer":     func(q *pb.QuoteV4) { q.TdQuoteBody.MrSignerSeam[0] = 1 },
		"module's attributes": func(q *pb.QuoteV4) { q.TdQuoteBody.SeamAttributes[0] = 1 },
		"migration":           func(q *pb.QuoteV4) { q.TdQuoteBody.TdAttributes[3] |= 1 << 5 },
		"features":            func(q *pb.QuoteV4) { q.TdQuoteBody.Xfam[7] = 0x80 },
		"vendor":              func(q *pb.QuoteV4) { q.Header.QeVendorId[0]++ },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verifyTDXEdited(t, m, m.policy(), edit)
			want(t, err, attest.ErrTCB)
		})
	}
	_, err := verifyTDXEdited(t, m, m.policy(), func(q *pb.QuoteV4) { q.TdQuoteBody.TdAttributes[0] |= 1 << 4 })
	want(t, err, attest.ErrDebug) // profiling
}

func TestTDXRegisters(t *testing.T) {
	m := newTDX(t)
	for i := range 4 {
		policy := m.policy()
		edit := func(q *pb.QuoteV4) { q.TdQuoteBody.Rtmrs[i][0]++ }
		_, err := verifyTDXEdited(t, m, policy, edit)
		if i < 3 {
			want(t, err, attest.ErrMeasurement)
			continue
		}
		if err != nil {
			t.Errorf("a register that the policy leaves out: %v", err)
		}
		last := sampleRTMR(3)
		policy.TDX.Measurements[0].RTMR3 = &last
		_, err = verifyTDXEdited(t, m, policy, edit)
		want(t, err, attest.ErrMeasurement)
	}
	// No mixing: MRTD of one entry and registers of another.
	policy := m.policy()
	mixed := policy.TDX.Measurements[0]
	first, second := mixed, mixed
	first.RTMR1[0]++
	second.MRTD[0]++
	policy.TDX.Measurements = []attest.TDXMeasurement{first, second}
	_, err := verifyTDXEdited(t, m, policy, nil)
	want(t, err, attest.ErrMeasurement)
}

func TestTDXMinimumTCB(t *testing.T) {
	m := newTDX(t)
	var pceSVN, qeSVN uint16 = 0, 0
	tee := [16]byte(sampleQuote(t).TdQuoteBody.TeeTcbSvn)
	qeSVN = uint16(certified(sampleQuote(t)).QeReport.IsvSvn)
	verify := func(tcb attest.TDXTCB, edit func(*pb.QuoteV4)) error {
		policy := m.policy()
		policy.TDX.MinTCB = &tcb
		_, err := verifyTDXEdited(t, m, policy, edit)
		return err
	}
	for err := error(nil); err == nil; { // the version in the sample's certificate
		pceSVN++
		err = verify(attest.TDXTCB{PCE: pceSVN}, nil)
		if pceSVN > 100 {
			t.Fatal("no version of the PCE is too high")
		}
	}
	if err := verify(attest.TDXTCB{TEE: tee, PCE: pceSVN - 1, QE: qeSVN}, nil); err != nil {
		t.Fatal(err)
	}
	want(t, verify(attest.TDXTCB{PCE: pceSVN}, nil), attest.ErrTCB)
	want(t, verify(attest.TDXTCB{QE: qeSVN + 1}, nil), attest.ErrTCB)
	for i := range 16 {
		high := attest.TDXTCB{TEE: tee}
		high.TEE[i]++
		want(t, verify(high, nil), attest.ErrTCB)
		high = attest.TDXTCB{}
		high.CPU[i] = 255
		want(t, verify(high, nil), attest.ErrTCB)
	}
	// A higher version of the module starts to count anew.
	want(t, verify(attest.TDXTCB{TEE: tee}, func(q *pb.QuoteV4) { q.TdQuoteBody.TeeTcbSvn[1]++ }), attest.ErrTCB)
}

// Signatures within the quote, each broken by itself.
func TestTDXSignatures(t *testing.T) {
	m, keys, nonce := newTDX(t), newKeys(t), testNonce(1)
	e := parse(t, evidenceOf(t, m, nonce, keys, false))
	const signed = 0x27c
	for name, at := range map[string]int{
		"header": 0x20, "body": 0x30, "quote signature": signed, "attestation key": signed + 0x40,
		"enclave report": signed + 0x86, "enclave signature": signed + 0x86 + 0x180,
	} {
		report := append([]byte(nil), e.Report...)
		report[at] ^= 1
		_, err := attest.Verify(wrap(t, attest.TDX, nonce, keys, report), nonce, keys, m.policy())
		if want(t, err, attest.ErrSignature); t.Failed() {
			t.Fatal(name)
		}
	}
	// A length with which the parser of the library panics.
	report := append([]byte(nil), e.Report...)
	clear(report[0x278:0x27c])
	_, err := attest.Verify(wrap(t, attest.TDX, nonce, keys, report), nonce, keys, m.policy())
	want(t, err, zkpass.ErrMalformed)
}

func TestTDXBytesAfter(t *testing.T) {
	m, keys, nonce := newTDX(t), newKeys(t), testNonce(1)
	e := parse(t, evidenceOf(t, m, nonce, keys, false))
	verify := func(after ...byte) error {
		report := append(append([]byte(nil), e.Report...), after...)
		_, err := attest.Verify(wrap(t, attest.TDX, nonce, keys, report), nonce, keys, m.policy())
		return err
	}
	if err := verify(0, 0, 0); err != nil {
		t.Errorf("padding: %v", err)
	}
	want(t, verify(0, 1), zkpass.ErrMalformed)
}

// The quote that go-tdx-guest publishes is of a real processor: Intel's signature on
// it holds, and it is over something else.
func TestTDXSample(t *testing.T) {
	keys, nonce := newKeys(t), testNonce(1)
	report := append([]byte(nil), testdata.RawQuote[:len(testdata.RawQuote)-len(sampleQuote(t).ExtraBytes)]...)
	policy := newTDX(t).policy()
	policy.TDX.Roots = nil // Intel's
	policy.Now = time.Date(2023, 7, 1, 0, 0, 0, 0, time.UTC)
	verify := func() error {
		_, err := attest.Verify(wrap(t, attest.TDX, nonce, keys, report), nonce, keys, policy)
		return err
	}
	want(t, verify(), attest.ErrBinding)
	report[0x30+0x208]++ // its report data
	want(t, verify(), attest.ErrSignature)
}

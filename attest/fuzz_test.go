package attest_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/zkpass-go/zkpass/attest"
)

func FuzzParseEvidence(f *testing.F) {
	f.Add([]byte(goodEvidence))
	f.Add([]byte(`{"platform":"tdx","keys":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := attest.ParseEvidence(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		second, err := attest.ParseEvidence(again)
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if second.Platform != e.Platform || !bytes.Equal(second.Nonce, e.Nonce) || !bytes.Equal(second.Report, e.Report) ||
			len(second.Keys) != len(e.Keys) {
			t.Error("read otherwise than written")
		}
	})
}

func FuzzParsePolicy(f *testing.F) {
	f.Add([]byte(policyText()))
	f.Add([]byte(`{"nitro":{"measurements":[{}],"roots":"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		policy, err := attest.ParsePolicy(text)
		if err == nil && policy.SNP == nil && policy.TDX == nil && policy.Nitro == nil {
			t.Error("a policy that trusts nothing")
		}
	})
}

// FuzzVerify changes reports; none that says something else may be accepted. It
// patches reports made in its own process, since those of another one are signed by
// other keys and would be refused for that alone.
func FuzzVerify(f *testing.F) {
	all := []machine{newSNP(f), newTDX(f), newNitro(f)}
	keys, nonce := newKeys(f), testNonce(1)
	data, err := attest.ReportData(nonce, keys)
	if err != nil {
		f.Fatal(err)
	}
	signed := []int{0x2a0, 0x278, 0} // bytes of a report that are signed, at its beginning
	var originals [][]byte
	for i, m := range all {
		originals = append(originals, m.report(f, data, nonce, false))
		f.Add(uint8(i), uint16(0), []byte{}, uint16(0))
		f.Add(uint8(i), uint16(signed[i]), []byte{0xff, 0xff, 0xff, 0xff}, uint16(0))
		f.Add(uint8(i), uint16(0x90), []byte{1}, uint16(len(originals[i])/2))
	}
	f.Fuzz(func(t *testing.T, i uint8, at uint16, patch []byte, cut uint16) {
		n := int(i) % len(all)
		report := bytes.Clone(originals[n])
		copy(report[min(int(at), len(report)):], patch)
		report = report[:len(report)-min(int(cut), len(report))]
		m := all[n]
		_, err := attest.Verify(wrap(t, m.platform(), nonce, keys, report), nonce, keys, m.policy())
		switch {
		case bytes.Equal(report, originals[n]) && err != nil:
			t.Errorf("the report itself is refused: %v", err)
		case err == nil && !bytes.HasPrefix(report, originals[n][:signed[n]]):
			t.Error("a changed report is accepted")
		}
	})
}

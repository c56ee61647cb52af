package verify_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/zkpass-go/zkpass/verify"
)

// splice replaces some bytes. The fuzz targets take splices of what the process
// itself has made, since keys and proofs differ from process to process.
func splice(b []byte, at, drop int, patch []byte) []byte {
	at = min(max(at, 0), len(b))
	drop = min(max(drop, 0), len(b)-at)
	return bytes.Join([][]byte{b[:at], patch, b[at+drop:]}, nil)
}

// Whatever a proof token is, Verify returns, and what it accepts says what was
// proven.
func FuzzVerify(f *testing.F) {
	x := honest(f)
	f.Add(0, 0, []byte{})
	f.Add(0, 1<<30, []byte(`{"data":{}}`))
	f.Add(0, 1<<30, []byte("..\n"))
	f.Add(len(x.token)/2, 1<<30, []byte{})
	for _, edit := range [][2]string{
		{"true", "false"}, {`"class":"`, `"class":"1`}, {`"bank"`, `""`}, {`"time_stamp":`, `"time_stamp":1`}, {`"header":"`, `"header":"e`},
	} {
		at := bytes.Index(x.token, []byte(edit[0]))
		if at < 0 {
			f.Fatalf("the token lacks %s", edit[0])
		}
		f.Add(at, len(edit[0]), []byte(edit[1]))
	}
	f.Fuzz(func(t *testing.T, at, drop int, patch []byte) {
		token := splice(x.token, at, drop, patch)
		outcome, err := verify.Verify(context.Background(), token, x.request, options())
		if (outcome == nil) == (err == nil) {
			t.Fatalf("outcome %v beside error %v", outcome, err)
		}
		if err == nil && (string(outcome.Outputs) != answer || !outcome.Time.Equal(noon)) {
			t.Fatalf("accepted %s at %s", outcome.Outputs, outcome.Time)
		}
	})
}

// The bytes of the proof, inside a token that is otherwise in order: no other
// bytes than those proven are accepted.
func FuzzZKProof(f *testing.F) {
	x := honest(f)
	size := len(x.proof.ZKProof)
	f.Add(0, 0, []byte{})
	f.Add(0, 32, make([]byte, 32))
	f.Add(size-1, 1, []byte{1})
	f.Add(size/2, 0, []byte{0})
	f.Add(size, 0, []byte{0})
	f.Add(1, size, []byte{})
	f.Fuzz(func(t *testing.T, at, drop int, patch []byte) {
		proof := x.copyProof()
		proof.ZKProof = splice(x.proof.ZKProof, at, drop, patch)
		if len(proof.ZKProof) == 0 || len(proof.ZKProof) > 2*size {
			return // no token holds the first, and more is refused by its length
		}
		err := check(t, bare(t, proof), x.request, options())
		if changed := !bytes.Equal(proof.ZKProof, x.proof.ZKProof); changed == (err == nil) {
			t.Errorf("changed %t, error %v", changed, err)
		}
	})
}

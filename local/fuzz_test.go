package local_test

import (
	"context"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/local"
)

// splice replaces some bytes. The fuzz target takes splices of what the process
// itself has made, since keys differ from process to process.
func splice(s string, at, drop int, patch string) string {
	at = min(max(at, 0), len(s))
	drop = min(max(drop, 0), len(s)-at)
	return s[:at] + patch + s[at+drop:]
}

// Whatever the tokens are, Prove returns, and it proves nothing that their makers
// have not signed.
func FuzzProve(f *testing.F) {
	x := newExchange(f)
	request, token := x.request(f), x.tokens[""]
	for _, ofRequest := range []bool{false, true} {
		f.Add(ofRequest, 0, 0, "")
		f.Add(ofRequest, 0, 1<<30, "..")
		f.Add(ofRequest, 0, 1, "f")
		f.Add(ofRequest, strings.IndexByte(token, '.'), 0, ".")
		f.Add(ofRequest, strings.IndexByte(token, '.')+9, 4, "AAAA")
		f.Add(ofRequest, strings.LastIndexByte(token, '.')+1, 4, "AAAA")
		f.Add(ofRequest, 0, 1<<30, "eyJhbGciOiJub25lIn0.e30.")
	}
	f.Fuzz(func(t *testing.T, ofRequest bool, at, drop int, patch string) {
		dvr, user := request, token
		if ofRequest {
			dvr = splice(request, at, drop, patch)
		} else {
			user = splice(token, at, drop, patch)
		}
		result, err := local.Prove(context.Background(), dvr, map[string]string{"": user}, x.opts)
		if (err == nil) == (result == nil) {
			t.Fatalf("result %v beside error %v", result, err)
		}
		// The signature itself may change: with s it holds with the order less s.
		if err == nil && (signedPart(dvr) != signedPart(request) || signedPart(user) != signedPart(token)) {
			t.Error("proved what nobody signed")
		}
		if dvr == request && user == token && err != nil {
			t.Error(err)
		}
	})
}

func signedPart(token string) string { return token[:max(strings.LastIndexByte(token, '.'), 0)] }

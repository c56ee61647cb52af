package worker

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
)

// Whoever sees the encrypted user data on its way, and has an API key, cannot have
// requests of their own answered about it.
func TestAttackUserDataOfAnotherRequest(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{})
	const data = `{"age":30,"illness":"Quetzalcoatl"}`
	dvr := b.dvr(t, agesQuery, zkpass.Claims{}, nil)
	captured, err := zkpass.EncryptUserData(b.ring.Published().Encryption, map[string]string{"": b.token(t, data)}, dvr)
	if err != nil {
		t.Fatal(err)
	}
	if outcome := b.await(t, b.submit(t, captured, b.encrypt(t, dvr))); outcome.Problem != nil {
		t.Fatalf("the request that it is for: %+v", outcome.Problem)
	}
	curious := b.dvr(t, `{"contains":[{"dvar":"illness"},"Quetz"]}`, zkpass.Claims{}, nil)
	p := b.await(t, b.submit(t, captured, b.encrypt(t, curious))).Problem
	if p == nil || p.Code != zkpass.ProblemTokens {
		t.Fatalf("another request: got %+v, want a refusal", p)
	}
	// The binding cannot be taken away: it is authenticated with the content.
	parts := strings.SplitN(captured, ".", 2)
	stripped := strings.SplitN(b.encrypt(t, "x"), ".", 2)[0] + "." + parts[1]
	if p := b.await(t, b.submit(t, stripped, b.encrypt(t, curious))).Problem; p == nil || p.Code != zkpass.ProblemDecryption {
		t.Errorf("without the binding: got %+v", p)
	}
}

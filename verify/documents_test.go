package verify_test

import (
	"context"
	"errors"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/verify"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Two documents of one issuer, alike but for their content, cannot change places.
func TestLine31TagsExchanged(t *testing.T) {
	x := honest(t)
	dvr := x.copyDVR()
	dvr.Requests["tax"] = dvr.Requests["bank"]
	dvr.Query = `[{"output":{"bank":{"dvar":"bank.n"}}},{"output":{"tax":{"dvar":"tax.n"}}}]`
	setMethod(t, dvr)
	request := sign(t, dvr, x.claims, x.verifier)
	tokens := make(map[string]string)
	for tag, data := range map[string]string{"bank": `{"n":1,"_n_zkpass_public_":true}`, "tax": `{"n":2,"_n_zkpass_public_":true}`} {
		token, err := zkpass.SignDataToJWSToken(x.issuer, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		tokens[tag] = token
	}
	result, err := local.Prove(context.Background(), request, tokens, local.Options{Now: at(noon)})
	if errors.Is(err, zkvm.ErrUnsupported) {
		t.Skipf("the zkVM does not prove several documents: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := verify.Verify(context.Background(), result.Token, request, options())
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"bank":1,"tax":2}`; string(outcome.Outputs) != want {
		t.Fatalf("outputs %s, want %s", outcome.Outputs, want)
	}
	result.Proof.Output = `{"bank":2,"tax":1}`
	if err := check(t, bare(t, result.Proof), request, options()); !errors.Is(err, verify.ErrProof) {
		t.Errorf("outputs exchanged: %v", err)
	}
	// The request with its tags exchanged, and a proof that names it.
	dvr.Query = `[{"output":{"bank":{"dvar":"tax.n"}}},{"output":{"tax":{"dvar":"bank.n"}}}]`
	setMethod(t, dvr)
	other := sign(t, dvr, x.claims, x.verifier)
	if err := check(t, bare(t, result.Proof), other, options()); !errors.Is(err, verify.ErrRequest) {
		t.Errorf("another request: %v", err)
	}
	result.Proof.DVRDigest = dvr.Digest()
	if err := check(t, bare(t, result.Proof), other, options()); !errors.Is(err, verify.ErrProof) {
		t.Errorf("tags exchanged: %v", err)
	}
}

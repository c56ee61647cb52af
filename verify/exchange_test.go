package verify_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
	"github.com/zkpass-go/zkpass/zkvm"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is a clock that stands still.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

const jane = `{"firstName":"Jane","age":25,"_age_zkpass_public_":true,"data":{"firstName":"Joan"}}`

const question = `[{"output":{"result":{"==":[{"dvar":"bank.firstName"},"Jane"]}}},{"output":{"age":{"dvar":"bank.age"}}}]`

const answer = `{"result":true,"age":25}`

// exchange is one honest exchange up to the proof. It is made once and must not
// be changed: tests take copies of its parts.
type exchange struct {
	issuer, verifier, service *zkpass.PrivateKey
	dvr                       zkpass.DVR
	claims                    zkpass.Claims
	request                   string
	proof                     *zkpass.Proof
	token                     []byte
}

var once struct {
	sync.Once
	exchange *exchange
}

// honest returns the exchange, whose evaluation time is noon.
func honest(t testing.TB) *exchange {
	t.Helper()
	once.Do(func() { once.exchange = makeExchange(t) })
	if once.exchange == nil {
		t.Fatal("the honest exchange failed")
	}
	return once.exchange
}

func makeExchange(t testing.TB) *exchange {
	t.Helper()
	x := &exchange{issuer: newKey(t), verifier: newKey(t), service: newKey(t)}
	named := x.verifier.Public().Option()
	x.dvr = zkpass.DVR{
		ZKVM: zkpass.LibZK, Title: "Adult", ID: "id-1", QueryEngineVersion: zkpass.Version, Query: question,
		Requests:     map[string]zkpass.UserDataRequest{"bank": {VerifyingKey: x.issuer.Public().Option()}},
		VerifyingKey: &named,
	}
	setMethod(t, &x.dvr)
	x.claims = zkpass.Claims{IssuedAt: noon, Expires: noon.Add(time.Hour)}
	x.request = sign(t, &x.dvr, x.claims, x.verifier)
	result := prove(t, x.request, x.issuer)
	x.proof, x.token = result.Proof, result.Token
	return x
}

func prove(t testing.TB, request string, issuer *zkpass.PrivateKey) *local.Result {
	t.Helper()
	token, err := zkpass.SignDataToJWSToken(issuer, []byte(jane))
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(context.Background(), request, map[string]string{"bank": token}, local.Options{Now: at(noon)})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func newKey(t testing.TB) *zkpass.PrivateKey {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func keySet(t testing.TB, keys ...*zkpass.PublicKey) *zkpass.KeySet {
	t.Helper()
	set, err := zkpass.NewKeySet(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// setMethod sets the method version that belongs to the query of a request.
func setMethod(t testing.TB, dvr *zkpass.DVR) {
	t.Helper()
	var options []query.Option
	for tag, format := range dvr.Formats() {
		if format == zkpass.FormatJWT {
			options = append(options, query.WithFormat(tag, query.JWT))
		}
	}
	program, err := query.Compile([]byte(dvr.Query), dvr.Tags(), options...)
	if err != nil {
		t.Fatal(err)
	}
	dvr.QueryMethodVersion = zkvm.MethodVersionOf(libzk.Profile(dvr.ZKVM), program)
}

func sign(t testing.TB, dvr *zkpass.DVR, claims zkpass.Claims, key *zkpass.PrivateKey) string {
	t.Helper()
	token, err := zkpass.SignDVR(dvr, claims, key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// copyDVR copies a request so that it may be changed.
func (x *exchange) copyDVR() *zkpass.DVR {
	dvr := x.dvr
	dvr.Requests = maps.Clone(dvr.Requests)
	return &dvr
}

// copyProof copies the proof so that it may be changed.
func (x *exchange) copyProof() *zkpass.Proof {
	proof := *x.proof
	proof.Documents = maps.Clone(proof.Documents)
	proof.UserDataVerifyingKeys = maps.Clone(proof.UserDataVerifyingKeys)
	proof.ZKProof = append([]byte(nil), proof.ZKProof...)
	return &proof
}

func bare(t testing.TB, proof *zkpass.Proof) []byte {
	t.Helper()
	token, err := zkpass.MarshalLocalProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// options accept the honest proof.
func options() verify.Options { return verify.Options{AllowLocal: true, Now: at(noon)} }

// check verifies and returns the error; without one the outputs are checked, with
// one there must be none.
func check(t testing.TB, token []byte, request string, opts verify.Options) error {
	t.Helper()
	outcome, err := verify.Verify(context.Background(), token, request, opts)
	if (outcome == nil) == (err == nil) {
		t.Fatalf("outcome %v beside error %v", outcome, err)
	}
	if err == nil && string(outcome.Outputs) != answer {
		t.Fatalf("outputs %s, want %s", outcome.Outputs, answer)
	}
	return err
}

package local_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is a clock that stands still.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

const jane = `{"firstName":"Jane","lastName":"Doe","age":4721,"_age_zkpass_public_":true,"email":"janedoe@live.com"}`

const adult = `[{"output":{"result":{"and":[{"==":[{"dvar":"firstName"},"Jane"]},{">=":[{"dvar":"age"},18]}]}}},{"output":{"age":{"dvar":"age"}}}]`

// exchange is what the parties bring to one proof; tests change a part of it.
type exchange struct {
	issuer, verifier *zkpass.PrivateKey
	dvr              zkpass.DVR
	claims           zkpass.Claims
	tokens           map[string]string
	opts             local.Options
}

func newKey(t testing.TB, alg zkpass.Algorithm) *zkpass.PrivateKey {
	t.Helper()
	key, err := zkpass.GenerateKey(alg, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newExchange(t testing.TB) *exchange {
	t.Helper()
	x := &exchange{issuer: newKey(t, zkpass.ES256), verifier: newKey(t, zkpass.ES256)}
	x.tokens = map[string]string{"": signed(t, x.issuer, jane)}
	named := x.verifier.Public().Option()
	x.dvr = zkpass.DVR{
		ZKVM: zkpass.LibZK, Title: "Adult", ID: zkpass.NewDVRID(), QueryEngineVersion: zkpass.Version, Query: adult,
		Requests:     map[string]zkpass.UserDataRequest{"": {VerifyingKey: x.issuer.Public().Option()}},
		VerifyingKey: &named,
	}
	x.claims = zkpass.Claims{IssuedAt: noon, Expires: noon.Add(time.Hour)}
	x.opts = local.Options{Now: at(noon)}
	return x
}

func signed(t testing.TB, key *zkpass.PrivateKey, data string) string {
	t.Helper()
	token, err := zkpass.SignDataToJWSToken(key, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// method sets the method version that belongs to the query.
func (x *exchange) method(t testing.TB) {
	t.Helper()
	var options []query.Option
	for tag, format := range x.dvr.Formats() {
		if format == zkpass.FormatJWT {
			options = append(options, query.WithFormat(tag, query.JWT))
		}
	}
	program, err := query.Compile([]byte(x.dvr.Query), x.dvr.Tags(), options...)
	if err != nil {
		x.dvr.QueryMethodVersion = "none: the query does not compile"
		return
	}
	x.dvr.QueryMethodVersion = zkvm.MethodVersion(program)
}

// request signs the request, with the method version that its query has unless
// there is one already.
func (x *exchange) request(t testing.TB) string {
	t.Helper()
	if x.dvr.QueryMethodVersion == "" {
		x.method(t)
	}
	token, err := zkpass.SignDVR(&x.dvr, x.claims, x.verifier)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (x *exchange) prove(t testing.TB) (*local.Result, error) {
	t.Helper()
	return local.Prove(context.Background(), x.request(t), maps.Clone(x.tokens), x.opts)
}

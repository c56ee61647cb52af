package worker

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// A problem with one of several documents names it.
func TestProblemNamesDocument(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{Resolver: zkpass.KeySets{}})
	stranger := newKey(t, zkpass.ES256)
	request := func(query string, change func(*zkpass.DVR)) string {
		t.Helper()
		requests := map[string]zkpass.UserDataRequest{"bank": {VerifyingKey: b.issuer.Public().Option()}, "id": {VerifyingKey: b.issuer.Public().Option()}}
		dvr, err := verify.NewDVR("title", query, requests, b.verifier.Public())
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(dvr)
		}
		token, err := zkpass.SignDVR(dvr, zkpass.Claims{}, b.verifier)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	const query = `{"and":[{">":[{"dvar":"bank.sum"},1]},{"==":[{"dvar":"id.name"},"Quetzalcoatl"]}]}`
	bank, id := b.token(t, `{"sum":2}`), b.token(t, `{"name":"Quetzalcoatl"}`)
	foreign, err := zkpass.SignDataToJWSToken(stranger, []byte(`{"name":"Quetzalcoatl"}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		tokens   map[string]string
		dvr      string
		code     zkpass.ProblemCode
		document string
		path     string
	}{
		"signature":     {map[string]string{"bank": bank, "id": foreign}, request(query, nil), zkpass.ProblemSignature, "id", ""},
		"token":         {map[string]string{"bank": "x", "id": id}, request(query, nil), zkpass.ProblemTokens, "bank", ""},
		"missing value": {map[string]string{"bank": bank, "id": bank}, request(query, nil), zkpass.ProblemEvaluation, "id", "id.name"},
		"key": {map[string]string{"bank": bank, "id": id}, request(query, func(d *zkpass.DVR) {
			endpoint := zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: "https://op.example/jwks", KID: "k"}}
			d.Requests["id"] = zkpass.UserDataRequest{VerifyingKey: endpoint}
		}), zkpass.ProblemKeys, "id", ""},
		"of the request itself": {map[string]string{"bank": bank, "id": id}, request(query, func(d *zkpass.DVR) { d.QueryMethodVersion = "x" }), zkpass.ProblemUnsupported, "", ""},
	} {
		userData, err := zkpass.MarshalUserData(tt.tokens)
		if err != nil {
			t.Fatal(err)
		}
		p := b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, tt.dvr))).Problem
		if p == nil || p.Code != tt.code || p.Document != tt.document || p.Path != tt.path || strings.Contains(p.Detail, "Quetzalcoatl") {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

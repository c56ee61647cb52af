package local_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
	"github.com/zkpass-go/zkpass/zkvm"
)

// TestProveRSA takes documents of issuers with RSA keys all the way.
func TestProveRSA(t *testing.T) {
	for _, alg := range []zkpass.Algorithm{zkpass.RS256, zkpass.PS256} {
		x := newExchange(t)
		key := newKey(t, alg)
		x.tokens[""] = signed(t, key, jane)
		x.dvr.Requests[""] = zkpass.UserDataRequest{VerifyingKey: key.Public().Option()}
		result, err := x.prove(t)
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := verify.Verify(context.Background(), result.Token, x.request(t), verify.Options{AllowLocal: true, Now: at(noon)})
		if err != nil {
			t.Fatal(err)
		}
		if string(outcome.Outputs) != `{"result":true,"age":4721}` {
			t.Errorf("%s: outputs %s", alg, outcome.Outputs)
		}
	}
}

func TestProve(t *testing.T) {
	x := newExchange(t)
	steps := 0
	x.opts.Progress = func(step string, done, total int) {
		if step == "" || done < 0 || done > total {
			t.Errorf("step %q, %d of %d", step, done, total)
		}
		steps++
	}
	result, err := x.prove(t)
	if err != nil {
		t.Fatal(err)
	}
	p := result.Proof
	if want := `{"result":true,"age":4721}`; p.Output != want {
		t.Errorf("output %s, want %s", p.Output, want)
	}
	if !p.Time.Equal(noon) {
		t.Errorf("time %s", p.Time)
	}
	if err := p.MatchDVR(&x.dvr); err != nil {
		t.Error(err)
	}
	if err := p.MatchKeys(map[string]*zkpass.PublicKey{"": x.issuer.Public()}); err != nil {
		t.Error(err)
	}
	if header, _, _ := strings.Cut(x.tokens[""], "."); p.Documents[""].Header != header {
		t.Errorf("header %s, want %s", p.Documents[""].Header, header)
	}
	class, err := zkvm.ClassFor(len(`{"data":`+jane+`}`), 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Documents[""].Class; got != class.String() {
		t.Errorf("class %s, want %s", got, class)
	}
	if bytes.ContainsAny(result.Token, "\r\n") || !bytes.HasPrefix(result.Token, []byte(`{"data":{`)) {
		t.Error("the token is not a bare object on one line")
	}
	if steps == 0 {
		t.Error("no progress told")
	}
	if result.Duration <= 0 {
		t.Errorf("took %s", result.Duration)
	}
	if circuits, err := result.Circuits(); err != nil || len(circuits) == 0 {
		t.Errorf("circuits %v, %v", circuits, err)
	}
	outcome, err := verify.Verify(context.Background(), result.Token, x.request(t), verify.Options{AllowLocal: true, Now: at(noon)})
	if err != nil {
		t.Fatal(err)
	}
	if string(outcome.Outputs) != p.Output {
		t.Errorf("verified outputs %s", outcome.Outputs)
	}
	// Nothing of the document but what is output.
	parts := strings.Split(x.tokens[""], ".")
	for _, secret := range []string{`"lastName":"Doe"`, "janedoe@live.com", "amFuZWRvZUBsaXZlLmNvb", parts[1], parts[2]} {
		for _, text := range [][]byte{result.Token, p.ZKProof} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("the proof holds %q", secret)
			}
		}
	}
}

func TestProveFromKeySet(t *testing.T) {
	x := newExchange(t)
	endpoint := &zkpass.KeysetEndpoint{JKU: "https://op.example/jwks", KID: x.issuer.Public().ID()}
	x.dvr.Requests[""] = zkpass.UserDataRequest{VerifyingKey: zkpass.KeyOption{KeysetEndpoint: endpoint}}
	if _, err := x.prove(t); !errors.Is(err, zkpass.ErrNotAllowed) {
		t.Errorf("without a resolver: %v", err)
	}
	set, err := zkpass.NewKeySet(x.issuer.Public())
	if err != nil {
		t.Fatal(err)
	}
	x.opts.Resolver = zkpass.KeySets{endpoint.JKU: set}
	result, err := x.prove(t)
	if err != nil {
		t.Fatal(err)
	}
	if used := result.Proof.UserDataVerifyingKeys[""]; used.PublicKey == nil {
		t.Error("the proof names an endpoint, not the key")
	}
}

// A token as an OpenID provider signs it: paths start at its payload.
func TestProveFormatJWT(t *testing.T) {
	x := newExchange(t)
	x.dvr.Requests[""] = zkpass.UserDataRequest{VerifyingKey: x.issuer.Public().Option(), Format: zkpass.FormatJWT}
	x.dvr.Query = `{"==":["data.lastName","Doe"]}`
	result, err := x.prove(t)
	if err != nil {
		t.Fatal(err)
	}
	if result.Proof.Output != `{"result":true}` {
		t.Errorf("output %s", result.Proof.Output)
	}
}

func TestProveRequestWithoutKey(t *testing.T) {
	x := newExchange(t)
	x.dvr.VerifyingKey = nil
	if _, err := x.prove(t); !errors.Is(err, zkpass.ErrUnknownKey) {
		t.Errorf("policy names no key: %v", err)
	}
	x.opts.DVRKey = newKey(t, zkpass.ES256).Public()
	if _, err := x.prove(t); !errors.Is(err, zkpass.ErrSignature) {
		t.Errorf("policy names another key: %v", err)
	}
	x.opts.DVRKey = x.verifier.Public()
	result, err := x.prove(t)
	if err != nil {
		t.Fatal(err)
	}
	if result.Proof.DVRVerifyingKey != nil {
		t.Error("the proof names a key that the request does not")
	}
}

func TestProveAtExpiry(t *testing.T) {
	x := newExchange(t)
	x.opts.Now = at(x.claims.Expires.Add(zkpass.Skew - time.Second))
	if _, err := x.prove(t); err != nil {
		t.Errorf("within the skew: %v", err)
	}
	x.opts.Now = at(x.claims.Expires.Add(zkpass.Skew))
	if _, err := x.prove(t); !errors.Is(err, zkpass.ErrExpired) {
		t.Errorf("past the skew: %v", err)
	}
	x.claims.Expires = time.Time{}
	if _, err := x.prove(t); err != nil {
		t.Errorf("a request that does not expire: %v", err)
	}
}

// What is refused, with the error to branch on and words that must be in it.
func TestRefusals(t *testing.T) {
	secret := []string{"Jane", "Doe", "janedoe", "4721"}
	for name, tt := range map[string]struct {
		change func(*testing.T, *exchange)
		want   error
		words  string
	}{
		"other method version": {func(t *testing.T, x *exchange) { x.dvr.QueryMethodVersion = "libzk-v0" }, local.ErrMethodVersion, `"libzk-v0"`},
		"method version of another query": {func(t *testing.T, x *exchange) {
			x.method(t)
			x.dvr.Query = `{"==":["lastName","Roe"]}`
		}, local.ErrMethodVersion, "query_engine_ver"},
		"no query":         {func(t *testing.T, x *exchange) { x.dvr.Query = `[]` }, query.ErrCompile, "output"},
		"no token":         {func(t *testing.T, x *exchange) { x.tokens = nil }, local.ErrDocuments, "missing"},
		"a token too many": {func(t *testing.T, x *exchange) { x.tokens["bank"] = x.tokens[""] }, local.ErrDocuments, `"bank"`},
		"token under another tag": {func(t *testing.T, x *exchange) {
			x.tokens = map[string]string{"bank": x.tokens[""]}
		}, local.ErrDocuments, `"bank"`},
		"token of another issuer": {func(t *testing.T, x *exchange) {
			x.tokens[""] = signed(t, newKey(t, zkpass.ES256), jane)
		}, zkpass.ErrSignature, "user data token"},
		"token changed": {func(t *testing.T, x *exchange) {
			parts := strings.Split(x.tokens[""], ".")
			other := strings.Split(signed(t, x.issuer, strings.Replace(jane, "4721", "4722", 1)), ".")
			x.tokens[""] = parts[0] + "." + other[1] + "." + parts[2]
		}, zkpass.ErrSignature, "user data token"},
		"token cut": {func(t *testing.T, x *exchange) { x.tokens[""] = x.tokens[""][:40] }, zkpass.ErrMalformed, "document"},
		"algorithm of another kind of key": {func(t *testing.T, x *exchange) {
			x.tokens[""] = signed(t, newKey(t, zkpass.RS256), jane)
		}, zkpass.ErrAlgorithm, "RS256"},
		"PS256 by a key for RS256": {func(t *testing.T, x *exchange) {
			x.tokens[""] = signed(t, newKey(t, zkpass.PS256), jane)
			x.dvr.Requests[""] = zkpass.UserDataRequest{VerifyingKey: newKey(t, zkpass.RS256).Public().Option()}
		}, zkpass.ErrAlgorithm, "PS256"},
		"member missing": {func(t *testing.T, x *exchange) { x.tokens[""] = signed(t, x.issuer, `{"firstName":"Jane"}`) }, query.ErrEval, "path age"},
		"member of another type": {func(t *testing.T, x *exchange) {
			x.tokens[""] = signed(t, x.issuer, strings.Replace(jane, "4721", `"4721"`, 1))
		}, query.ErrEval, "path age"},
		"member twice": {func(t *testing.T, x *exchange) {
			x.tokens[""] = signed(t, x.issuer, `{"firstName":"Jane",`+jane[1:])
		}, query.ErrEval, "path firstName"},
		"output not disclosable": {func(t *testing.T, x *exchange) {
			x.dvr.Query = `[{"output":{"first":{"dvar":"firstName"}}}]`
		}, query.ErrUndisclosed, "statement 1, output first"},
	} {
		t.Run(name, func(t *testing.T) {
			x := newExchange(t)
			tt.change(t, x)
			result, err := x.prove(t)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got error %v, want %v", err, tt.want)
			}
			if result != nil {
				t.Error("a result beside the error")
			}
			if !strings.Contains(err.Error(), tt.words) {
				t.Errorf("%q does not name %s", err, tt.words)
			}
			for _, value := range secret {
				if strings.Contains(err.Error(), value) {
					t.Errorf("%q holds the value %s", err, value)
				}
			}
		})
	}
}

func TestRefusesChangedRequest(t *testing.T) {
	x := newExchange(t)
	request := x.request(t)
	other := newExchange(t)
	parts, otherParts := strings.Split(request, "."), strings.Split(other.request(t), ".")
	for name, tt := range map[string]struct {
		token string
		want  error
	}{
		"signature of another": {parts[0] + "." + parts[1] + "." + otherParts[2], zkpass.ErrSignature},
		"payload of another":   {parts[0] + "." + otherParts[1] + "." + parts[2], zkpass.ErrSignature},
		"cut":                  {request[:len(request)-3], zkpass.ErrMalformed},
		"empty":                {"", zkpass.ErrMalformed},
	} {
		if _, err := local.Prove(context.Background(), tt.token, x.tokens, x.opts); err == nil {
			t.Errorf("%s: accepted", name)
		} else if !errors.Is(err, tt.want) && name != "cut" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// SignDVR makes no request for an engine that is not here, so this one is signed by
// hand.
func TestRefusesOtherEngine(t *testing.T) {
	x := newExchange(t)
	raw, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if x.verifier, err = zkpass.NewPrivateKey(raw, zkpass.ES256, ""); err != nil {
		t.Fatal(err)
	}
	named := x.verifier.Public().Option()
	x.dvr.VerifyingKey = &named
	for _, engine := range []string{zkpass.LibZK, "r0"} {
		x.dvr.ZKVM = engine
		x.method(t)
		data, err := x.dvr.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		encode := base64.RawURLEncoding.EncodeToString
		input := encode([]byte(`{"alg":"ES256"}`)) + "." + encode([]byte(`{"data":`+string(data)+`}`))
		digest := sha256.Sum256([]byte(input))
		r, s, err := ecdsa.Sign(rand.Reader, raw, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		signature := make([]byte, 64)
		r.FillBytes(signature[:32])
		s.FillBytes(signature[32:])
		_, err = local.Prove(context.Background(), input+"."+encode(signature), x.tokens, x.opts)
		switch {
		case engine == zkpass.LibZK && err != nil:
			t.Errorf("%s: %v", engine, err)
		case engine == "r0" && (!errors.Is(err, zkpass.ErrUnsupportedZKVM) || !strings.Contains(err.Error(), zkpass.LibZK)):
			t.Errorf("%s: %v", engine, err)
		}
	}
}

func TestProveStopsWhenCancelled(t *testing.T) {
	x := newExchange(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := local.Prove(ctx, x.request(t), x.tokens, x.opts); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestProveEscapes: a string that the query uses and that is written with escapes
// is read as what it means, and the class says that there is one.
func TestProveEscapes(t *testing.T) {
	const data = `{"name":"Jan\u0065 \"J\" Doe","_name_zkpass_public_":true,"other":"plain",` +
		`"people":[{"role":"r\u00e9f\u00e9rent","name":"A \"B\"","_name_zkpass_public_":true,"age":7},{"role":"y","name":"C","age":7}]}`
	for _, tt := range []struct {
		query, output string
		escapes       bool
	}{
		{`[{"output":{"name":{"dvar":"name"}}}]`, `{"name":"Jane \"J\" Doe"}`, true},
		{`{"contains":[{"dvar":"name"},"\"J\""]}`, `{"result":true}`, true},
		{`{"in":[{"dvar":"other"},["plain","fancy"]]}`, `{"result":true}`, false},
		{`[{"output":{"names":{"dvar":"people[?role == 'r\u00e9f\u00e9rent'].name"}}}]`, `{"names":["A \"B\""]}`, true},
		{`{"~==":[{"dvar":"people[].name"},"a \"b\"","or"]}`, `{"result":true}`, true},
		{`{"==":[{"count":"people[?role == 'x']"},0]}`, `{"result":true}`, true},
		{`{"==":[{"dvar":"people[].age"},7]}`, `{"result":true}`, false},
	} {
		x := newExchange(t)
		x.tokens[""] = signed(t, x.issuer, data)
		x.dvr.Query = tt.query
		result, err := x.prove(t)
		if err != nil {
			t.Fatalf("%s: %v", tt.query, err)
		}
		if p := result.Proof; p.Output != tt.output || strings.HasSuffix(p.Documents[""].Class, "e") != tt.escapes {
			t.Errorf("%s: output %s, class %s", tt.query, p.Output, p.Documents[""].Class)
		}
	}
}

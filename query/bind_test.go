package query

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
)

const testNonce = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

func TestBindNonce(t *testing.T) {
	const is = `{"==":[{"dvar":"nonce"},"` + testNonce + `"]}`
	for query, want := range map[string]string{
		`{"==":["sub","jane"]}`:                  `{"and":[` + is + `,{"==":["sub","jane"]}]}`,
		` { "dvar" : "adult" } `:                 ` {"and":[` + is + `,{ "dvar" : "adult" }]} `,
		`[{"output":{"result":{"exists":"a"}}}]`: `[{"output":{"result":{"and":[` + is + `,{"exists":"a"}]}}}]`,
		`[{"assign":{"output":true}},{"if":{"else":[{"output":{"result":false}}],"condition":{"lvar":"output"},"then":[{"output":{"res\u0075lt":true}}]}}]`: `[{"assign":{"output":true}},{"if":{"else":[{"output":{"result":{"and":[` + is +
			`,false]}}}],"condition":{"lvar":"output"},"then":[{"output":{"res\u0075lt":{"and":[` + is + `,true]}}}]}}]`,
	} {
		got, err := BindNonce(query, "", testNonce)
		if err != nil || got != want {
			t.Errorf("%s:\n got %s, %v\nwant %s", query, got, err, want)
		}
		if _, err := Compile([]byte(got), []string{""}, WithFormat("", JWT)); err != nil {
			t.Errorf("%s: %v", got, err)
		}
	}
	if got, err := BindNonce(`{"exists":"id.a"}`, "id", testNonce); err != nil || !strings.Contains(got, `{"dvar":"id.nonce"}`) {
		t.Errorf("with a tag: %s, %v", got, err)
	}
}

func TestBindNonceRefuses(t *testing.T) {
	for _, c := range []struct{ query, tag, nonce, says string }{
		{`[{"output":{"result":true}},{"output":{"name":{"dvar":"name"}}}]`, "", testNonce, "it outputs name, expected result alone"},
		{`[{"if":{"condition":true,"then":[{"output":{"r":true}}]}}]`, "", testNonce, "it outputs r, expected result alone"},
		{`[{"assign":{"result":true}}]`, "", testNonce, "expected one expression, or an output named result"},
		{`[]`, "", testNonce, "expected one expression"},
		{`7`, "", testNonce, "expected one expression"},
		{`[{"output":`, "", testNonce, "no JSON text"},
		{strings.Repeat(" ", MaxText) + `{"exists":"a"}`, "", testNonce, "no JSON text of at most 65536 bytes"},
		{`{"exists":"a"}`, "a-b", testNonce, "a tag is made of"},
		{`{"exists":"a"}`, "", "", "32 bytes in base64url"},
		{`{"exists":"a"}`, "", testNonce[1:], "32 bytes in base64url"},
		{`{"exists":"a"}`, "", testNonce + "A", "32 bytes in base64url"},
		{`{"exists":"a"}`, "", testNonce + "=", "32 bytes in base64url"},
		{`{"exists":"a"}`, "", testNonce[:42] + "9", "32 bytes in base64url"}, // bits that no byte has
		{`{"exists":"a"}`, "", testNonce[:42] + `"`, "32 bytes in base64url"},
		{`{"exists":"a"}`, "", testNonce[:20] + "\n" + testNonce[20:], "32 bytes in base64url"},
	} {
		if got, err := BindNonce(c.query, c.tag, c.nonce); !errors.Is(err, ErrNotBindable) || got != "" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.60s, %q, %q: %q, %v, want %s", c.query, c.tag, c.nonce, got, err, c.says)
		}
	}
	// What is no boolean compiles no more.
	bound, err := BindNonce(`[{"output":{"result":{"now":[]}}}]`, "", testNonce)
	if err == nil {
		_, err = Compile([]byte(bound), []string{""}, WithFormat("", JWT))
	}
	if !errors.Is(err, ErrCompile) {
		t.Errorf("a number: %v", err)
	}
}

// Only the token of the login answers with true; the false of others tells no more
// than that.
func TestBoundQuery(t *testing.T) {
	bound, err := BindNonce(`{"and":[{"==":["aud","shop"]},{"==":["sub","jane"]}]}`, "", testNonce)
	if err != nil {
		t.Fatal(err)
	}
	p := mustCompile(t, bound, WithFormat("", JWT))
	for payload, want := range map[string]string{
		`{"aud":"shop","sub":"jane","nonce":"` + testNonce + `"}`:                               `{"result":true}`,
		`{"aud":"shop","sub":"jane","nonce":"` + strings.Replace(testNonce, "A", "B", 1) + `"}`: `{"result":false}`, // an older login
		`{"aud":"game","sub":"jane","nonce":"` + testNonce + `"}`:                               `{"result":false}`, // another client's
		`{"aud":"shop","sub":"ravi","nonce":"` + testNonce + `"}`:                               `{"result":false}`,
		`{"aud":"shop","sub":"jane"}`:                                                           ``,
		`{"aud":"shop","sub":"jane","data":{"nonce":"` + testNonce + `"}}`:                      ``,
		`{"aud":"shop","sub":"jane","nonce":"x","n\u006fnce":"` + testNonce + `"}`:              ``,
	} {
		doc, err := document.Parse([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Eval(map[string]*document.Document{"": doc}, testNow)
		if string(out.JSON) != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v, want %s", payload, out.JSON, err, want)
		}
	}
	for _, a := range Explain(p).Advice {
		if a.Key == string(adviseAudience) {
			t.Errorf("a bound query is told: %s", a)
		}
	}
}

package app

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
)

// TestIssuerKey: whether there can be a proof is known from the key that a request
// names, before the customer signs in.
func TestIssuerKey(t *testing.T) {
	keys := []string{
		`{"kty":"RSA","kid":"1024 bits","alg":"RS256","n":"v` + strings.Repeat("w", 169) + `c","e":"AQAB"}`,
		`{"kty":"RSA","kid":"exponent 3","alg":"RS256","n":"v` + strings.Repeat("w", 341) + `","e":"Aw"}`,
		`{"kty":"RSA","kid":"RS512","alg":"RS512","n":"v` + strings.Repeat("w", 341) + `","e":"AQAB"}`,
		`{"kty":"EC","kid":"P-384","crv":"P-384","alg":"ES384","x":"` + strings.Repeat("A", 64) + `","y":"` + strings.Repeat("A", 64) + `"}`,
		`{"kty":"OKP","kid":"Ed25519","crv":"Ed25519","alg":"EdDSA","x":"` + strings.Repeat("A", 43) + `"}`,
	}
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.RS256, zkpass.PS256} {
		for _, id := range []string{string(alg), "several"} {
			key, err := zkpass.GenerateKey(alg, id)
			if err != nil {
				t.Fatal(err)
			}
			text, err := key.Public().MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, string(text))
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"keys":[`+strings.Join(keys, ",")+`]}`)
	}))
	defer server.Close()
	a := &App{fetcher: new(zkpass.KeyFetcher), options: Options{Logger: slog.New(slog.DiscardHandler)}}
	if err := a.fetcher.AllowURL(server.URL); err != nil {
		t.Fatal(err)
	}
	if err := a.readFiles(); err != nil {
		t.Fatal(err)
	}
	for kid, want := range map[string]error{
		"1024 bits": zkpass.ErrUnprovable, "exponent 3": zkpass.ErrUnprovable, "RS512": zkpass.ErrUnprovable, "P-384": zkpass.ErrUnprovable,
		"Ed25519": zkpass.ErrUnprovable, "nobody's": zkpass.ErrUnknownKey, "ES256": nil, "RS256": nil, "PS256": nil, "several": nil,
	} {
		err := a.checkIssuerKey(t.Context(), &zkpass.KeysetEndpoint{JKU: server.URL + "/keys", KID: kid})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", kid, err, want)
		}
		if want != zkpass.ErrUnprovable {
			continue
		}
		w := httptest.NewRecorder()
		a.refuseRequest(w, httptest.NewRequest(http.MethodPost, RequestsPath, nil), err, &Partner{Name: "Krisna", Origin: "https://krisna.example"}, "")
		text := w.Body.String()
		if w.Code != http.StatusNotImplemented || !strings.Contains(text, "This cannot be proven yet") || !strings.Contains(text, "You can carry on in the shop") {
			t.Errorf("%s: the customer is told, with status %d: %s", kid, w.Code, text)
		}
	}
}

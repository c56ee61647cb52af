package e2e

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
	"github.com/zkpass-go/zkpass/verify"
)

// A page makes the JWE itself and has a real service prove, with nothing but
// examples/browser/zkpass.js; the server of the page adds the API key and sees no
// user data.
func TestWebCrypto(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	s := newStage(t, stage.Options{Binary: zkpassBinary(t)})
	module, err := os.ReadFile("../../browser/zkpass.js")
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(s.Service.URL)
	if err != nil {
		t.Fatal(err)
	}
	name, secret, _ := strings.Cut(s.Service.APIKey, ":")
	relay := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.SetBasicAuth(name, secret)
	}}
	token, dvr := newQuestion(t, `{"name":"Jane Ō'Connor 🌊","points":620}`, `[{"output":{"gold":{">=":[{"dvar":"points"},500]}}}]`)
	page := template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>WebCrypto</title><h1>Proving</h1><script type="module">
import { prove } from "/zkpass.js";
const heading = document.querySelector("h1");
try {
  window.proof = await prove(location.origin + "/zkpass", {{.DVR}}, {{.Tokens}});
  heading.textContent = "Proved";
} catch (error) {
  window.problem = JSON.stringify(error.problem ?? { code: String(error) });
  heading.textContent = "Failed";
}
</script></html>`))
	mux := http.NewServeMux()
	mux.Handle("/zkpass/", http.StripPrefix("/zkpass", relay))
	mux.HandleFunc("/zkpass.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(module)
	})
	for path, tokens := range map[string]map[string]string{"/good": {"": token}, "/bad": {"bank": token}} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			page.Execute(w, map[string]any{"DVR": dvr, "Tokens": tokens})
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	b.open(server.URL + "/good")
	b.at("Proved")
	proof, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`window.proof`))
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(s.Service.URL, "", client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := verify.Verify(t.Context(), []byte(proof), dvr, verify.Options{ServiceKeys: keys})
	if err != nil || string(outcome.Outputs) != `{"gold":true}` {
		t.Errorf("got %v, %v", outcome, err)
	}

	b.open(server.URL + "/bad")
	b.at("Failed")
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`window.problem`))
	if err != nil {
		t.Fatal(err)
	}
	var problem zkpass.Problem
	if err := json.Unmarshal([]byte(text), &problem); err != nil || problem.Code != zkpass.ProblemDocuments {
		t.Errorf("got %+v, %v", problem, err)
	}
}

// newQuestion signs user data and a request about it.
func newQuestion(t *testing.T, data, query string) (token, dvr string) {
	t.Helper()
	var keys [2]*zkpass.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = zkpass.GenerateKey(zkpass.ES256, ""); err != nil {
			t.Fatal(err)
		}
	}
	token, err := zkpass.SignDataToJWSToken(keys[0], []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	request, err := verify.NewDVR("title", query, map[string]zkpass.UserDataRequest{"": {VerifyingKey: keys[0].Public().Option()}}, keys[1].Public())
	if err != nil {
		t.Fatal(err)
	}
	if dvr, err = zkpass.SignDVR(request, zkpass.Claims{}, keys[1]); err != nil {
		t.Fatal(err)
	}
	return token, dvr
}

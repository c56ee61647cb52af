package e2e

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestCheckFinds makes sure that the check of pages can fail, in each of its parts.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	const page = `<!doctype html><html><head></head><body>
		<main><h2>Too early</h2><p id="a" style="color:#999">pale</p><p id="a" class="wide">Text</p>
		<input type="text"><button></button><img src="x.png"><svg></svg><a tabindex="3" href="/">a</a>
		<p aria-labelledby="nobody">Text</p><div style="width:3000px">wide</div>
		<button style="width:9px;height:9px;padding:0;overflow:hidden">x</button></main></body></html>`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(page))
	}))
	defer server.Close()
	b := newTab(t)
	b.open(server.URL)
	found := b.problems()
	for _, want := range []string{
		"no language", "no title", "no viewport", "not exactly one banner", "not exactly one footer", "not exactly one h1",
		"skips a level", "id is there twice", "leads nowhere", "has no label", "has no name", "no alt",
		"neither hidden nor named", "an inline handler", "tabindex", "too small", "contrast of only", "wider than the window",
	} {
		if !slices.ContainsFunc(found, func(problem string) bool { return strings.Contains(problem, want) }) {
			t.Errorf("%q was not found", want)
		}
	}
}

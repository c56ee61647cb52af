package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func catalogue(files ...string) fstest.MapFS {
	made := make(fstest.MapFS)
	for i := 0; i < len(files); i += 2 {
		made[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return made
}

func TestReadCatalogueRefuses(t *testing.T) {
	const english = `{"hello": "Hello, {name}", "bye": "Bye"}`
	for want, files := range map[string]fstest.MapFS{
		"bye is missing":               catalogue("en.json", english, "id.json", `{"hello": "Halo, {name}"}`),
		"more is in no other":          catalogue("en.json", english, "id.json", `{"hello": "Halo, {name}", "bye": "Dah", "more": "x"}`),
		`hello has the arguments`:      catalogue("en.json", english, "id.json", `{"hello": "Halo, {nama}", "bye": "Dah"}`),
		"bye is empty":                 catalogue("en.json", english, "id.json", `{"hello": "Halo, {name}", "bye": ""}`),
		"no en.json":                   catalogue("id.json", english),
		"reading catalogue id.json":    catalogue("en.json", english, "id.json", `[]`),
		"reading catalogue words.json": catalogue("en.json", english, "words.json", english),
	} {
		if _, err := ReadCatalogue(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestWords(t *testing.T) {
	c, err := ReadCatalogue(catalogue("en.json", `{"hello": "Hello, {name}"}`, "id.json", `{"hello": "Halo, {name}"}`))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"": "en Hello, Jane", "id": "id Halo, Jane", "id-ID,id;q=0.9,en;q=0.8": "id Halo, Jane", "de, id;q=0.2": "id Halo, Jane",
		"fr": "en Hello, Jane", "en-GB": "en Hello, Jane", ";;;q=x": "en Hello, Jane", strings.Repeat("id,", 1000): "id Halo, Jane",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", header)
		words := c.For(r)
		text, err := words.Say(Say("hello", "name", "Jane"))
		if got := words.Lang + " " + text; err != nil || got != want {
			t.Errorf("%.40q: got %q, %v, want %q", header, got, err, want)
		}
	}
	words := c.For(httptest.NewRequest(http.MethodGet, "/", nil))
	if _, err := words.T("hello"); err == nil {
		t.Error("an argument is missing, and nobody says so")
	}
	if _, err := words.T("hello", "x", "{name}"); err == nil {
		t.Error("a value counts as an argument")
	}
	if _, err := words.T("bye"); err == nil {
		t.Error("there is a sentence that there is not")
	}
	if text, err := words.T("hello", "name", "{name}"); err != nil || text != "Hello, {name}" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestAllow(t *testing.T) {
	w := httptest.NewRecorder()
	setHeaders(w.Header(), false)
	FormsTo(w, "https://a.example")
	Allow(w, "script-src", "'wasm-unsafe-eval'")
	Allow(w, "worker-src", "'self'")
	want := policy + " https://a.example; worker-src 'self'"
	want = strings.Replace(want, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1)
	if got := w.Header().Get("Content-Security-Policy"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

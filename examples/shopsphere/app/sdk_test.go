package app

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// TestSDK: the package for pages is served under a name that changes with it, may be kept
// for ever, and is all that is served.
func TestSDK(t *testing.T) {
	files := fstest.MapFS{
		"sdk.js": {Data: []byte("export {}")}, "worker-browser.js": {Data: []byte("1")}, "zkpass-1.wasm": {Data: []byte("\x00asm")},
		"secret.txt": {Data: []byte("x")}, "dir.js/file": {Data: []byte("x")},
	}
	options := Options{Origin: "http://app.example", IssuerJWKS: "https://op.example/keys", SDK: files, Logger: slog.New(slog.DiscardHandler)}
	site, err := New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	served, err := newSDK(files)
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]string{
		"sdk.js": "text/javascript; charset=utf-8", "zkpass-1.wasm": "application/wasm", "secret.txt": "", "dir.js": "", "none.js": "", "..%2fsdk.js": "",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "http://app.example"+served.prefix+name, nil)
		site.ServeHTTP(w, r)
		h := w.Header()
		if kind == "" {
			if w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", name, w.Code)
			}
			continue
		}
		policy := h.Get("Content-Security-Policy")
		if w.Code != http.StatusOK || h.Get("Content-Type") != kind || !strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.Contains(policy, "'wasm-unsafe-eval'") {
			t.Errorf("%s: status %d, %v", name, w.Code, h)
		}
	}
	files["sdk.js"].Data = []byte("export {};")
	if changed, err := newSDK(files); err != nil || changed.prefix == served.prefix {
		t.Errorf("another package has the prefix %v, %v", changed, err)
	}

	options.ClientSecret = "secret"
	if _, err := New(t.Context(), options); err == nil {
		t.Error("browsers are to prove for a client that has a secret")
	}
	options.ClientSecret, options.SDK = "", fstest.MapFS{}
	if _, err := New(t.Context(), options); err == nil {
		t.Error("a package without files is accepted")
	}
}

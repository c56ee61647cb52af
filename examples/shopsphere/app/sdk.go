package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// sdk serves the npm package to the proving page, under a path with a hash of its
// modules in it, so that browsers may keep it for ever.
type sdk struct {
	prefix string // "/sdk/HASH/"
	files  fs.FS
}

func newSDK(files fs.FS) (*sdk, error) {
	hash := sha256.New()
	for _, name := range []string{"sdk.js", "worker-browser.js"} {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("the package for pages: %w", err)
		}
		hash.Write(text)
	}
	return &sdk{"/sdk/" + hex.EncodeToString(hash.Sum(nil)[:6]) + "/", files}, nil
}

var sdkTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".wasm": "application/wasm"}

// ServeHTTP serves the files. The worker has the policy that its own response bears, and
// compiles WebAssembly.
func (s *sdk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	kind := sdkTypes[path.Ext(name)]
	if info, err := fs.Stat(s.files, name); err != nil || info.IsDir() || kind == "" {
		http.NotFound(w, r)
		return
	}
	allowProving(w)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, s.files, name)
}

// allowProving lets a page compile WebAssembly and have workers of this site.
func allowProving(w http.ResponseWriter) {
	web.Allow(w, "script-src", "'wasm-unsafe-eval'")
	web.Allow(w, "worker-src", "'self'")
}

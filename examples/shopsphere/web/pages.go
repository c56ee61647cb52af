package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
)

// Pages are the pages of a site. Each is a template file beside layout.html, which
// frames it.
type Pages struct {
	pages  map[string]*template.Template
	logger *slog.Logger
}

// ReadPages reads the templates in a directory. Files whose names begin with _ are
// parts that all pages may use.
func ReadPages(files fs.FS, funcs template.FuncMap, logger *slog.Logger) (*Pages, error) {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	p := &Pages{pages: make(map[string]*template.Template), logger: logger}
	for _, name := range names {
		if name == "layout.html" || strings.HasPrefix(name, "_") {
			continue
		}
		page := template.New("layout.html").Funcs(funcs).Option("missingkey=error")
		if page, err = page.ParseFS(files, "layout.html", name); err != nil {
			return nil, fmt.Errorf("reading page %s: %w", name, err)
		}
		if parts, _ := fs.Glob(files, "_*.html"); len(parts) > 0 {
			if page, err = page.ParseFS(files, parts...); err != nil {
				return nil, fmt.Errorf("reading parts: %w", err)
			}
		}
		p.pages[strings.TrimSuffix(name, ".html")] = page
	}
	return p, nil
}

// Show writes a page. It is never cached: pages show what one person may see.
func (p *Pages) Show(w http.ResponseWriter, status int, name string, data any) {
	var text bytes.Buffer
	page := p.pages[name]
	if page == nil {
		p.fail(w, name, fmt.Errorf("no such page"))
		return
	}
	if err := page.Execute(&text, data); err != nil {
		p.fail(w, name, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(text.Bytes())
}

func (p *Pages) fail(w http.ResponseWriter, name string, err error) {
	p.logger.Error("a page cannot be shown", "page", name, "error", err)
	http.Error(w, "something went wrong on our side", http.StatusInternalServerError)
}

// Assets serves style sheets, scripts and pictures under names that have a hash of
// the content in them, so that browsers may keep them for ever.
type Assets struct {
	names map[string]string // from file name to URL path
	files map[string][]byte // from URL path
}

// ReadAssets reads the files of some directories.
func ReadAssets(directories ...fs.FS) (*Assets, error) {
	a := &Assets{names: make(map[string]string), files: make(map[string][]byte)}
	for _, files := range directories {
		entries, err := fs.ReadDir(files, ".")
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			content, err := fs.ReadFile(files, entry.Name())
			if err != nil {
				return nil, err
			}
			a.add(entry.Name(), content)
		}
	}
	return a, nil
}

func (a *Assets) add(name string, content []byte) {
	hash := sha256.Sum256(content)
	ext := path.Ext(name)
	url := "/assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(hash[:6]) + ext
	a.names[name], a.files[url] = url, content
}

// Path returns the URL path of a file; templates call it.
func (a *Assets) Path(name string) (string, error) {
	url, ok := a.names[name]
	if !ok {
		return "", fmt.Errorf("no asset %s", name)
	}
	return url, nil
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// ServeHTTP serves the files.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", assetTypes[path.Ext(r.URL.Path)])
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(content)
}

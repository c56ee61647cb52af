//go:build unix

package js_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// A page in Chromium makes a request, proves and verifies, under a policy that allows its
// own scripts, WebAssembly and workers only.
func TestBrowser(t *testing.T) {
	app := application(t)
	browser := chromium(t)
	results := make(chan string, 1)
	files := http.FileServer(http.Dir(app.dir))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")
		if strings.HasSuffix(r.URL.Path, ".mjs") {
			w.Header().Set("Content-Type", "text/javascript")
		}
		files.ServeHTTP(w, r)
	})
	for _, name := range []string{"claims.json", "query.json"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFile(w, r, "../examples/shopsphere/"+name)
		})
	}
	mux.HandleFunc("POST /result", func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		results <- string(text)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	rounds := "1"
	if more := os.Getenv("ZKPASS_ROUNDS"); more != "" {
		rounds = more
	}
	open(t, browser, server.URL+"/test/page.html?rounds="+rounds)
	var result struct {
		Output  string    `json:"output"`
		Stopped string    `json:"stopped"`
		Whole   string    `json:"exchanged"`
		Prove   []float64 `json:"prove_ms"`
		Longest float64   `json:"longest_task_ms"`
		Noticed float64   `json:"noticed_task_ms"`
		Error   string    `json:"error"`
	}
	select {
	case text := <-results:
		t.Log(text)
		if err := json.Unmarshal([]byte(text), &result); err != nil {
			t.Fatal(err)
		}
	case <-time.After(5 * time.Minute):
		t.Fatal("the page has not answered")
	}
	if result.Error != "" || result.Output != `{"result":true}` || result.Stopped != "tokens" || result.Whole != `{"result":true} answered` {
		t.Errorf("the page says %+v", result)
	}
	// A task of 80 ms is noticed, so one would have been while proving, which would be one
	// task. A busy machine stretches tasks as it does the proof; when times are taken, with
	// ZKPASS_ROUNDS, it is to be idle.
	limit := 50.0
	if rounds == "1" && len(result.Prove) == 1 {
		limit = max(250, result.Prove[0]/3)
	}
	if result.Noticed < 70 || result.Longest > limit {
		t.Errorf("the page's thread was busy for %g ms at a stretch, want at most %g; a task of 80 ms was noticed as one of %g", result.Longest, limit, result.Noticed)
	}
}

package js_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// chromium finds the browser, or skips the test.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ZKPASS_CHROMIUM"); path != "" {
		return path
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZKPASS_BROWSER") == "required" {
			t.Fatalf("no Chromium: %v", err)
		}
		t.Skipf("no Chromium to run the page in: %v", err)
	}
	return path
}

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
	cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", server.URL+"/test/page.html?rounds="+rounds)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	var result struct {
		Output  string `json:"output"`
		Stopped string `json:"stopped"`
		Error   string `json:"error"`
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
	if result.Error != "" || result.Output != `{"result":true}` || result.Stopped != "tokens" {
		t.Errorf("the page says %+v", result)
	}
}

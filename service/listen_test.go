package service

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A worker says how it is beside its metrics, for whoever starts and replaces it.
func TestWorkerHealth(t *testing.T) {
	var why error
	handler := workerMetrics(newRegistry(), func(context.Context) error { return why })
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if code, _ := get(path); code != http.StatusOK {
			t.Errorf("%s: status %d", path, code)
		}
	}
	why = errors.New("the queue cannot be written")
	if code, body := get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "cannot be written") {
		t.Errorf("/readyz: status %d, %q", code, body)
	}
	if code, _ := get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz of a worker that is not ready: status %d: it would be killed", code)
	}
}

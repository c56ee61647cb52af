package front

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// slowBody is a body that does not come until its end is closed.
type slowBody struct{ end chan struct{} }

func (b slowBody) Read([]byte) (int, error) { <-b.end; return 0, io.ErrUnexpectedEOF }

func (slowBody) Close() error { return nil }

// One API key that sends as many slow bodies as it may does not keep others from
// sending theirs.
func TestAttackSlowBodiesOfOneKey(t *testing.T) {
	s := newService(t, func(c *Config) { c.Limits.RequestsBurst = 10_000 })
	end := make(chan struct{})
	reading := make(chan struct{})
	const tries = 300
	answers := make(chan int, tries)
	for range tries {
		r := httptest.NewRequest("POST", "/v1/proof", slowBody{end})
		r.SetBasicAuth(s.key, s.secret)
		r.Header.Set("Content-Type", "application/json")
		go func() {
			w := httptest.NewRecorder()
			s.h.ServeHTTP(w, r)
			answers <- w.Code
		}()
	}
	go func() {
		defer close(reading)
		// Those over the limits are answered at once; the rest hold what they can.
		for range tries - s.h.limits.Bodies/2 {
			if code := <-answers; code != http.StatusTooManyRequests {
				t.Errorf("status %d, want 429", code)
			}
		}
	}()
	<-reading
	s.proof().wantProblem(429, zkpass.ProblemRateLimited)
	s.key, s.secret = s.newKey(apikey.Options{})
	s.proof().want(202)
	close(end)
	for range s.h.limits.Bodies / 2 {
		if code := <-answers; code != http.StatusBadRequest {
			t.Errorf("status %d, want 400", code)
		}
	}
	if s.h.callers.reading != 0 {
		t.Error("a place is not given back")
	}
}

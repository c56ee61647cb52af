package front

import (
	"net/http"
	"testing"

	"github.com/zkpass-go/zkpass/service/job"
)

func benchmark(b *testing.B, want int, request func(*service) *http.Request) {
	s := newService(b, func(c *Config) {
		c.Limits.Requests, c.Limits.RequestsBurst = 1e9, 1e9
		c.Logger = nil
	})
	r := request(s)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := &countingWriter{header: make(http.Header)}
			s.h.ServeHTTP(w, r.Clone(r.Context()))
			if w.status != want {
				b.Errorf("status %d, want %d", w.status, want)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

func BenchmarkFrontRefusal(b *testing.B) {
	benchmark(b, 401, func(s *service) *http.Request {
		r := s.request("POST", "/v1/proof", "")
		r.Header.Del("Authorization")
		return r
	})
}

func BenchmarkFrontWrongKey(b *testing.B) {
	benchmark(b, 429, func(s *service) *http.Request {
		r := s.request("POST", "/v1/proof", "")
		r.SetBasicAuth(s.key, "wrong")
		for range 20 {
			s.h.ServeHTTP(&countingWriter{header: make(http.Header)}, r)
		}
		return r
	})
}

func BenchmarkFrontStatus(b *testing.B) {
	benchmark(b, 202, func(s *service) *http.Request {
		return s.request("GET", statusPath+string(s.accept()), "")
	})
}

func BenchmarkFrontResult(b *testing.B) {
	benchmark(b, 200, func(s *service) *http.Request {
		id := s.accept()
		token := make([]byte, 150_000)
		for i := range token {
			token[i] = 'A'
		}
		s.jobs.finish(id, string(token))
		return s.request("GET", statusPath+string(id), "")
	})
}

func BenchmarkFrontJWKS(b *testing.B) {
	benchmark(b, 200, func(s *service) *http.Request { return s.request("GET", "/.well-known/jwks.json", "") })
}

var _ Jobs = (*job.Queue)(nil)

package front

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// metrics of the API. Labels are routes, status codes and problem codes, so that
// no client can make new ones.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	refusals *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zkpass_http_requests_total", Help: "Requests answered; code 499 is a client that went away.",
		}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "zkpass_http_seconds", Help: "Time to answer a request, waiting for a proof included.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zkpass_refusals_total", Help: "Requests that the front end refused, by problem code.",
		}, []string{"reason"}),
	}
	if registerer == nil {
		return m, nil
	}
	for _, collector := range []prometheus.Collector{m.requests, m.seconds, m.refusals} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) count(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) refused(code zkpass.ProblemCode) { m.refusals.WithLabelValues(string(code)).Inc() }

// MetricsHandler serves /metrics, for a listener of its own: that of the API does
// not have it. It is open unless requireKey asks for an API key with the scope
// metrics; without, the listener must be one that only the monitoring reaches,
// such as a loopback address. The figures tell how much the service is used, and
// nothing of users.
func (h *Handler) MetricsHandler(gatherer prometheus.Gatherer, requireKey bool) http.Handler {
	scrape := promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{
		ErrorHandling: promhttp.HTTPErrorOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
	})
	routes := table{{"/metrics", methods{http.MethodGet: func(x *exchange) {
		if requireKey && !(x.authenticate() && x.mayUse(apikey.ScopeMetrics)) {
			return
		}
		scrape.ServeHTTP(x.w, x.r)
	}}}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, routes) })
}

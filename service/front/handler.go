package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"

	"github.com/zkpass-go/zkpass/service/apikey"
)

// Handler serves the API. It is safe for concurrent use.
type Handler struct {
	jobs    Jobs
	keys    Keys
	apiKeys apikey.Store
	known   Families // nil if nothing is known
	attest  func(context.Context, []byte) ([]byte, error)
	limits  Limits
	origins []string
	proxies []netip.Prefix
	logger  *slog.Logger
	tracer  trace.Tracer
	now     func() time.Time

	routes    table
	metrics   *metrics
	callers   *callers              // what each API key does now
	wrong     *limiters[netip.Addr] // for requests with wrong keys
	attested  *limiters[netip.Addr] // for requests for attestation
	proving   chan struct{}         // a place for each attestation that is made
	strangers lines                 // of the access log
	ready     readiness
	probe     func(context.Context) error // whether what the API stands on works

	stopping context.Context // ends long polls
	stop     context.CancelFunc
}

// Attestations are made by hardware that is slow and does one at a time.
const attestationsAtOnce = 4

// New makes a handler.
func New(c Config) (*Handler, error) {
	h, err := newServiceHandler(c)
	if err != nil {
		return nil, fmt.Errorf("setting up the API: %w", err)
	}
	return h, nil
}

func newServiceHandler(c Config) (*Handler, error) {
	if c.Jobs == nil || c.Keys == nil {
		return nil, errors.New("jobs, keys and API keys are needed")
	}
	h, err := newHandler(c)
	if err != nil {
		return nil, err
	}
	document, err := newDocument(openapi)
	if err != nil {
		return nil, err
	}
	h.probe = c.Jobs.Ready
	h.routes = append(table{
		{"/v1/proof", methods{http.MethodPost: h.postProof}},
		{"/api/1.0/dvr/1.0/proof", methods{http.MethodPost: h.postProof}},
		{statusPath + "{id}", methods{http.MethodGet: h.getStatus, http.MethodDelete: h.deleteStatus}},
		{"/.well-known/jwks.json", methods{http.MethodGet: plain(h.getJWKS)}},
		{"/v1/families", methods{http.MethodGet: plain(h.getFamilies)}},
		{"/v1/attestation", methods{http.MethodGet: h.getAttestation}},
	}, h.common(document)...)
	return h, nil
}

// newHandler makes a handler that has no routes yet.
func newHandler(c Config) (*Handler, error) {
	c, err := c.valid()
	if err != nil {
		return nil, err
	}
	h := &Handler{
		jobs: c.Jobs, keys: c.Keys, apiKeys: c.APIKeys, known: c.Families, attest: c.Attest, limits: c.Limits,
		origins: c.Origins, proxies: c.TrustedProxies, logger: c.Logger, tracer: c.Tracer, now: c.Now,
		callers:   newCallers(c.Limits),
		wrong:     newLimiters[netip.Addr](c.Limits.WrongKeys, c.Limits.WrongKeysBurst),
		attested:  newLimiters[netip.Addr](c.Limits.Attestations, c.Limits.AttestationsBurst),
		proving:   make(chan struct{}, attestationsAtOnce),
		strangers: lines{limiter: rate.NewLimiter(strangerLines, strangerBurst)},
	}
	if h.tracer == nil {
		h.tracer = otel.Tracer("github.com/zkpass-go/zkpass/service/front")
	}
	if h.metrics, err = newMetrics(c.Metrics); err != nil {
		return nil, err
	}
	h.stopping, h.stop = context.WithCancel(context.Background())
	return h, nil
}

// common are the routes of every API, described by a document.
func (h *Handler) common(d *document) table {
	return table{
		{"/healthz", methods{http.MethodGet: plain(h.getHealth)}},
		{"/readyz", methods{http.MethodGet: plain(h.getReady)}},
		{"/openapi.yaml", methods{http.MethodGet: plain(d.serveYAML)}},
		{"/openapi.json", methods{http.MethodGet: plain(d.serveJSON)}},
	}
}

// Stop ends all waiting: requests that wait for a proof are answered with what is
// known, 202 mostly, and /readyz says that no more should come. Requests are still
// served; the http.Server stops them. A server made by [NewServer] calls it when
// it is shut down.
func (h *Handler) Stop() { h.stop() }

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.serve(w, r, h.routes) }

// table is all that a listener answers. It stands in for http.ServeMux, which
// answers some requests by itself, with redirects and in plain text.
type table []route

type route struct {
	pattern string // a path, or one that ends in {id} for one more segment
	methods methods
}

// methods are what a route answers; GET stands for HEAD too.
type methods map[string]func(*exchange)

// find returns the route of a path and what stands for {id}.
func (t table) find(path string) (*route, string) {
	for i := range t {
		prefix, isPrefix := strings.CutSuffix(t[i].pattern, "{id}")
		if !isPrefix {
			if path == prefix {
				return &t[i], ""
			}
			continue
		}
		if id, ok := strings.CutPrefix(path, prefix); ok && id != "" && !strings.Contains(id, "/") {
			return &t[i], id
		}
	}
	return nil, ""
}

// handler returns what answers a method; nil for none.
func (r *route) handler(method string) func(*exchange) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	return r.methods[method]
}

// allow is the value of the header Allow.
func (r *route) allow() string {
	var names []string
	for name := range r.methods {
		names = append(names, name)
		if name == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

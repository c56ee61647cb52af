package service

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/front"
)

// newRegistry makes a registry with what every process tells of itself.
func newRegistry() *prometheus.Registry {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return metrics
}

// newFront makes the HTTP API.
func (c *Config) newFront(jobs front.Jobs, keys front.Keys, apikeys apikey.Store, known front.Families, attest evidence, logger *slog.Logger, metrics *prometheus.Registry) (*front.Handler, error) {
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	return front.New(front.Config{
		Now: c.Now, Jobs: jobs, Keys: keys, APIKeys: apikeys, Families: known, Attest: attest,
		Limits: c.frontLimits(), Origins: c.Origins, TrustedProxies: proxies, Logger: logger, Metrics: metrics,
	})
}

// newVerifierFront makes the HTTP API of a verifier.
func (c *Config) newVerifierFront(desk front.Verifications, apikeys apikey.Store, logger *slog.Logger, metrics *prometheus.Registry) (*front.Handler, error) {
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	return front.NewVerifier(front.VerifierConfig{
		Now: c.Now, Verifications: desk, APIKeys: apikeys,
		Limits: c.frontLimits(), Origins: c.Origins, TrustedProxies: proxies, Logger: logger, Metrics: metrics,
	})
}

func (c *Config) frontLimits() front.Limits {
	return front.Limits{
		Requests: c.Limits.Requests, RequestsBurst: c.Limits.RequestsBurst,
		WrongKeys: c.Limits.WrongKeys, WrongKeysBurst: c.Limits.WrongBurst,
		BodyRate: c.Limits.BodyRate, Running: c.Jobs.MaxRunning,
	}
}

// proxies are the networks whose X-Forwarded-For is believed.
func (c *Config) proxies() (proxies []netip.Prefix, err error) {
	for _, network := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			return nil, fmt.Errorf("configuration: trusted_proxies: %w", err)
		}
		proxies = append(proxies, prefix)
	}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil && isLoopback(host) {
		// Whoever connects is on this machine: a proxy, which knows who asked it.
		proxies = append(proxies, loopback...)
	}
	return proxies, nil
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// Descriptors that are not for connections of the API: the store's and the provers'.
const (
	ownFiles       = 100
	maxConnections = 10_000
)

// connections are the limits of the API. A third of what may be open stays free even
// then, for the store must never find that there is none.
func (c *Config) connections() front.Connections {
	limits := front.Connections{All: c.Limits.Connections, PerAddress: c.Limits.ConnectionsPerAddress, Many: slices.Clone(loopback)}
	most := maxConnections
	if files := openFiles(); files > 0 {
		most = min(most, max((files-ownFiles)*2/3, 16))
	}
	if limits.All == 0 || limits.All > most {
		limits.All = most
	}
	if limits.PerAddress == 0 {
		limits.PerAddress = max(limits.All/8, 8)
	}
	for _, network := range c.TrustedProxies {
		if prefix, err := netip.ParsePrefix(network); err == nil {
			limits.Many = append(limits.Many, prefix)
		}
	}
	return limits
}

// listen opens the API's listener, and that of metrics if there is to be one.
func (c *Config) listen(ctx context.Context, parts *errgroup.Group, handler *front.Handler, metrics *prometheus.Registry, logger *slog.Logger) error {
	if err := c.listenMetrics(ctx, parts, handler.MetricsHandler(metrics, c.Metrics.RequireKey), logger); err != nil {
		return err
	}
	var certificate *front.Certificate
	scheme := "http"
	if c.TLS.Cert != "" {
		var err error
		if certificate, err = front.LoadCertificate(c.TLS.Cert, c.TLS.Key); err != nil {
			return err
		}
		scheme = "https"
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("opening the API: %w", err)
	}
	limits := c.connections()
	listener = limits.Limit(listener)
	logger.Info("serving", "connections", limits.All, "url", scheme+"://"+listener.Addr().String())
	server := front.NewServer(handler, c.Listen, certificate, logger)
	parts.Go(func() error { return front.Serve(ctx, server, listener, c.StopGrace) })
	return nil
}

// readyTimeout is how long a worker looks whether it is ready.
const readyTimeout = 3 * time.Second

// metricsConnections is how many connections the listener of metrics has at once.
const metricsConnections = 32

// listenMetrics opens the listener of metrics, if there is to be one.
func (c *Config) listenMetrics(ctx context.Context, parts *errgroup.Group, handler http.Handler, logger *slog.Logger) error {
	if c.Metrics.Listen == "" {
		return nil
	}
	listener, err := net.Listen("tcp", c.Metrics.Listen)
	if err != nil {
		return fmt.Errorf("opening metrics: %w", err)
	}
	listener = front.Connections{All: metricsConnections}.Limit(listener)
	logger.Info("metrics", "url", "http://"+listener.Addr().String()+"/metrics")
	server := front.NewServer(handler, c.Metrics.Listen, nil, logger)
	parts.Go(func() error { return front.Serve(ctx, server, listener, c.StopGrace) })
	return nil
}

// workerMetrics serves the metrics of a worker, which knows no API keys, and how it is:
// /healthz answers while the process lives, /readyz when it can take jobs.
func workerMetrics(metrics *prometheus.Registry, ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError, MaxRequestsInFlight: 4}))
	return mux
}

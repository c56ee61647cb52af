package front

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

// Bounds of a nonce for attestation, in bytes.
const (
	minNonce = 16
	maxNonce = 64
)

const (
	attestTimeout = 10 * time.Second
	readyTimeout  = 4 * time.Second
	readyFor      = 2 * time.Second // how long the answer of /readyz is kept
)

// plain refuses parameters, which the public paths have none of.
func plain(handler func(*exchange)) func(*exchange) {
	return func(x *exchange) {
		if _, err := parseQuery(x.r.URL); err != nil {
			x.malformed(err.Error())
			return
		}
		handler(x)
	}
}

// getJWKS serves the public keys.
func (h *Handler) getJWKS(x *exchange) {
	published := h.keys.Published()
	if !published.Ready() {
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "no keys yet: no worker has been here")
		return
	}
	x.sendCached(typeKeySet, published.JWKS, published.ETag, published.MaxAge)
}

// getFamilies serves which families of circuits are proven now.
func (h *Handler) getFamilies(x *exchange) {
	list := []string{}
	if h.known != nil {
		list = append(list, h.known.Live()...)
	}
	x.sendJSON(http.StatusOK, struct {
		Families []string `json:"families"`
	}{list})
}

// sendCached answers with public content that may be kept, or that what the client
// has is still good (RFC 9110, section 13.1.2).
func (x *exchange) sendCached(mediaType string, body []byte, etag string, age time.Duration) {
	header := x.w.Header()
	header.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(age.Seconds())))
	header.Set("ETag", etag)
	if matches(x.r.Header.Values("If-None-Match"), etag) {
		x.w.WriteHeader(http.StatusNotModified)
		return
	}
	x.send(http.StatusOK, mediaType, body)
}

// matches reports whether an ETag is in a list of If-None-Match, by the weak
// comparison. The ETags of this package have no comma.
func matches(lists []string, etag string) bool {
	for _, list := range lists {
		for tag := range strings.SplitSeq(list, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// getAttestation serves evidence of what the service runs.
func (h *Handler) getAttestation(x *exchange) {
	if h.attest == nil {
		x.noAttestation()
		return
	}
	if wait, ok := h.attested.take(x.address(), h.now()); !ok {
		x.refuseFor(wait, http.StatusTooManyRequests, zkpass.ProblemRateLimited, "too many requests for attestation from this address")
		return
	}
	nonce, err := parseNonce(x)
	if err != nil {
		x.malformed(err.Error())
		return
	}
	select {
	case h.proving <- struct{}{}:
		defer func() { <-h.proving }()
	default:
		x.refuseFor(retryBusy, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "too many attestations are being made at the moment")
		return
	}
	ctx, cancel := context.WithTimeout(x.r.Context(), attestTimeout)
	defer cancel()
	evidence, err := h.attest(ctx, nonce)
	switch {
	case err == nil:
		x.send(http.StatusOK, typeJSON, evidence)
	case errors.Is(err, ErrNoAttestation):
		x.noAttestation()
	case x.clientGone():
		x.gone()
	default:
		x.logError("making an attestation", err)
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "no attestation is to be had at the moment")
	}
}

func (x *exchange) noAttestation() {
	x.refuse(http.StatusNotFound, zkpass.ProblemNotFound, "this service has no attestation: nothing but its operator's word says what it runs")
}

func parseNonce(x *exchange) ([]byte, error) {
	params, err := parseQuery(x.r.URL, "nonce")
	if err != nil {
		return nil, err
	}
	text := params["nonce"]
	nonce, err := base64.RawURLEncoding.Strict().DecodeString(text)
	// The decoder skips line ends.
	if err != nil || strings.ContainsAny(text, "\r\n") || len(nonce) < minNonce || len(nonce) > maxNonce {
		return nil, fmt.Errorf("parameter nonce: want %d to %d bytes in base64url without padding", minNonce, maxNonce)
	}
	return nonce, nil
}

type health struct {
	Status string `json:"status"`
}

// getHealth says that the process serves requests.
func (h *Handler) getHealth(x *exchange) { x.sendJSON(http.StatusOK, health{"ok"}) }

// getReady says whether requests should be sent here.
func (h *Handler) getReady(x *exchange) {
	if reason := h.notReady(x.r.Context()); reason != "" {
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, reason)
		return
	}
	x.sendJSON(http.StatusOK, health{"ready"})
}

func (h *Handler) notReady(ctx context.Context) string {
	switch {
	case h.stopping.Err() != nil:
		return "the service is stopping"
	case h.keys != nil && !h.keys.Published().Ready():
		return "no keys yet: no worker has been here"
	}
	return h.ready.check(ctx, h, h.now())
}

// readiness is what the service said last. It is asked by one request at a time and
// at most every two seconds, so that anybody may ask here.
type readiness struct {
	mu     sync.Mutex
	reason string // why not; empty if ready
	known  bool
	asked  time.Time
	asking bool
}

func (r *readiness) check(ctx context.Context, h *Handler, now time.Time) string {
	r.mu.Lock()
	age := now.Sub(r.asked)
	if r.asking || r.known && age >= 0 && age < readyFor {
		defer r.mu.Unlock()
		if !r.known {
			return "the service is starting"
		}
		return r.reason
	}
	r.asking = true
	r.mu.Unlock()

	reason := "the service failed"
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.reason, r.known, r.asked, r.asking = reason, true, now, false
	}()
	// Not bound to the request: a client that goes away says nothing of the queue.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
	defer cancel()
	reason = h.lacks(ctx)
	return reason
}

// lacks asks the parts of the service whether they work, each by using it.
func (h *Handler) lacks(ctx context.Context) string {
	keys := make(chan error, 1)
	go func() { keys <- apikey.Check(ctx, h.apiKeys) }()
	err := h.probe(ctx)
	switch {
	case errors.Is(err, job.ErrFull):
		return "no space for another result at the moment"
	case err != nil:
		return "the store cannot be written to at the moment"
	case <-keys != nil:
		return "API keys cannot be checked at the moment"
	}
	return ""
}

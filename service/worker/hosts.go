package worker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass"
)

const (
	// hostWait is how long a host that did not answer is not asked again, at first and
	// at the most.
	hostWait    = 5 * time.Second
	maxHostWait = time.Minute
	// hostFetches is how many key sets are fetched from one host at once.
	hostFetches = 4
)

// hosts is a resolver that remembers which hosts do not answer. What is asked for is of
// strangers' making, and so are the paths; a host that is down would cost each of them
// its time anew. Key sets that are known are served all the same.
type hosts struct {
	keys zkpass.KeyResolver
	now  func() time.Time // with the monotonic clock

	mu  sync.Mutex
	all map[string]*host
}

type host struct {
	turns chan struct{}
	until time.Time
	wait  time.Duration
}

func newHosts(keys zkpass.KeyResolver) *hosts {
	return &hosts{keys: keys, now: time.Now, all: map[string]*host{}}
}

// ResolveKey implements [zkpass.KeyResolver].
func (h *hosts) ResolveKey(ctx context.Context, jku, kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	u, err := url.Parse(jku)
	if err != nil || u.Host == "" {
		return h.keys.ResolveKey(ctx, jku, kid, alg) // who says what is wrong with it
	}
	at := h.host(strings.ToLower(u.Host))
	select {
	case at.turns <- struct{}{}:
		defer func() { <-at.turns }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", zkpass.ErrFetch, ctx.Err())
	}
	h.mu.Lock()
	down := h.now().Before(at.until)
	h.mu.Unlock()
	if down {
		// Whoever asks with a context that has ended gets what is there.
		over, cancel := context.WithCancel(ctx)
		cancel()
		key, err := h.keys.ResolveKey(over, jku, kid, alg)
		if err != nil && errors.Is(err, context.Canceled) {
			return nil, fmt.Errorf("%w: its host has not answered a moment ago", zkpass.ErrFetch)
		}
		return key, err
	}
	key, err := h.keys.ResolveKey(ctx, jku, kid, alg)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case isSilent(err) && ctx.Err() == nil:
		at.wait = min(max(2*at.wait, hostWait), maxHostWait)
		at.until = h.now().Add(at.wait)
	case err == nil:
		at.wait = 0
	}
	return key, err
}

// maxHosts bounds how many are remembered; configuration allows fewer.
const maxHosts = 1024

func (h *hosts) host(name string) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := h.all[name]
	if at == nil {
		if len(h.all) >= maxHosts {
			clear(h.all)
		}
		at = &host{turns: make(chan struct{}, hostFetches)}
		h.all[name] = at
	}
	return at
}

// isSilent reports whether a host did not answer, or not in time: an answer that is of
// no use says something of one path alone.
func isSilent(err error) bool {
	var network net.Error
	return errors.Is(err, zkpass.ErrFetch) && (errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded))
}

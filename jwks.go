//go:build !js

package zkpass

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass/internal/freshness"
)

// How [KeyFetcher] fetches and keeps key sets.
const (
	unknownKeyWait = time.Minute // between two fetches for keys that are not there
	maxFetched     = 256         // key sets kept
)

// KeyFetcher resolves endpoints by fetching their key sets over HTTPS. It is for
// URLs that come from strangers: it fetches from allowed hosts only, follows no
// redirect to another host, connects to no private address, and bounds size,
// time and frequency. http is accepted for loopback hosts, for development.
//
// A key set is kept as long as its Cache-Control and Age say, within 1 minute to 24
// hours. While it then cannot be refreshed, or what comes has no key that can be
// used, the set at hand stays good for up to 24 hours more (less if stale-if-error
// says so), with an attempt every 10 seconds at the most. A key that is not in the
// set has it fetched again at once, at most once a minute. A set that shows a private
// key ends the trust in what is at hand.
//
// Set the fields before the first use. It is then safe for concurrent use; one
// URL is fetched by one caller at a time.
type KeyFetcher struct {
	// AllowedHosts are the hosts of key sets as they stand in URLs, with the
	// port if it is not the scheme's own: "op.example", "localhost:8443".
	AllowedHosts []string
	// RootCAs are the certificate authorities trusted; nil stands for the
	// system's.
	RootCAs *x509.CertPool

	now func() time.Time // nil stands for time.Now

	mu      sync.Mutex
	fetched map[string]*fetchedSet
	client  *http.Client
}

// fetchedSet is what is known of one URL. turn is held by who uses or fetches it.
type fetchedSet struct {
	turn    chan struct{} // capacity 1
	set     *KeySet
	etag    string
	expires time.Time // when it is to be fetched again
	stale   time.Time // until when it is used if that fails
	tried   time.Time // the last fetch
	failed  error     // of the last fetch
	looked  time.Time // the last fetch for a key that was not there
	used    time.Time // guarded by KeyFetcher.mu
}

// AllowURL adds the host of a URL to the hosts allowed, for URLs that a person
// typed. It must not run beside ResolveKey.
func (f *KeyFetcher) AllowURL(rawURL string) error {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" {
		return malformed("want an absolute URL")
	}
	f.AllowedHosts = append(f.AllowedHosts, hostOf(u))
	return nil
}

// ResolveKey implements [KeyResolver] with the key set at the URL.
func (f *KeyFetcher) ResolveKey(ctx context.Context, jku, kid string, alg Algorithm) (*PublicKey, error) {
	var key *PublicKey
	err := f.withSet(ctx, jku, func(set *KeySet) (err error) {
		key, err = set.Key(kid, alg)
		return err
	})
	return key, err
}

// KeySet returns the whole key set at the URL.
func (f *KeyFetcher) KeySet(ctx context.Context, jku string) (*KeySet, error) {
	var all *KeySet
	err := f.withSet(ctx, jku, func(set *KeySet) error {
		all = set
		return nil
	})
	return all, err
}

// withSet calls find with the key set at the URL, and once more with a newer one if
// find fails and the last fetch for that reason is long enough ago.
func (f *KeyFetcher) withSet(ctx context.Context, jku string, find func(*KeySet) error) error {
	u, err := f.check(jku)
	if err != nil {
		return err
	}
	entry := f.entry(u.String())
	select {
	case entry.turn <- struct{}{}:
		defer func() { <-entry.turn }()
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrFetch, ctx.Err())
	}
	now := f.clock()
	if entry.set == nil || !now.Before(entry.expires) {
		return f.withNewer(ctx, u, entry, find)
	}
	err = find(entry.set)
	if err == nil || now.Before(entry.looked.Add(unknownKeyWait)) {
		return err
	}
	entry.looked = now
	if err := f.refresh(ctx, u, entry); err != nil {
		return err
	}
	return find(entry.set)
}

// withNewer refreshes the set of an entry and calls find with it. If that fails, the
// set at hand does for a time: an issuer's outage is not to be its verifiers'.
func (f *KeyFetcher) withNewer(ctx context.Context, u *url.URL, entry *fetchedSet, find func(*KeySet) error) error {
	err := entry.failed
	if err == nil || !f.clock().Before(entry.tried.Add(freshness.FailureWait)) {
		err = f.refresh(ctx, u, entry)
	}
	if err == nil {
		return find(entry.set)
	}
	if entry.set == nil || !f.clock().Before(entry.stale) || find(entry.set) != nil {
		return err
	}
	return nil
}

// errNoUsableKey tells that a new key set would take every key away.
var errNoUsableKey = errors.New("the key set has no key that can be used any more")

// refresh fetches the key set of an entry whose turn the caller has.
func (f *KeyFetcher) refresh(ctx context.Context, u *url.URL, entry *fetchedSet) error {
	got, err := f.fetch(ctx, u, entry.etag)
	if err != nil && ctx.Err() != nil {
		return err // the caller gave up; that says nothing about the URL
	}
	if errors.Is(err, ErrExposed) {
		entry.set, entry.etag = nil, ""
	}
	if err == nil && got.set != nil && len(got.set.keys) == 0 && entry.set != nil && len(entry.set.keys) > 0 {
		err = fmt.Errorf("%w: fetching from %s: %w", ErrFetch, quoteName(u.Host), errNoUsableKey)
	}
	entry.tried, entry.failed = f.clock(), err
	if err != nil {
		return err
	}
	if got.set != nil {
		entry.set, entry.etag = got.set, got.etag
	}
	entry.expires = entry.tried.Add(got.age)
	entry.stale = entry.expires.Add(got.stale)
	return nil
}

// check returns the URL if policy lets it be fetched.
func (f *KeyFetcher) check(jku string) (*url.URL, error) {
	if len(jku) > 2048 {
		return nil, tooLarge("the key set URL", len(jku), 2048)
	}
	if _, err := Origin(jku); err != nil {
		return nil, fmt.Errorf("%w: key set URL: %w", ErrNotAllowed, err)
	}
	u, err := url.Parse(jku)
	if err != nil {
		return nil, malformed("key set URL")
	}
	host := hostOf(u)
	if !slices.ContainsFunc(f.AllowedHosts, func(allowed string) bool { return strings.EqualFold(allowed, host) }) {
		return nil, fmt.Errorf("%w: key sets are not fetched from %s; allow the host if it is to be trusted", ErrNotAllowed, quoteName(host))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// hostOf returns the host of a URL, with its port if that is not the default.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// entry returns what is known of a URL. The number of entries is bounded, since
// strangers choose the paths; the one unused for longest makes room.
func (f *KeyFetcher) entry(url string) *fetchedSet {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fetched == nil {
		f.fetched = make(map[string]*fetchedSet)
	}
	entry := f.fetched[url]
	if entry == nil {
		if len(f.fetched) >= maxFetched {
			f.dropOldest()
		}
		entry = &fetchedSet{turn: make(chan struct{}, 1)}
		f.fetched[url] = entry
	}
	entry.used = f.clock()
	return entry
}

func (f *KeyFetcher) dropOldest() {
	var oldest string
	for url, entry := range f.fetched {
		if oldest == "" || entry.used.Before(f.fetched[oldest].used) {
			oldest = url
		}
	}
	delete(f.fetched, oldest)
}

func (f *KeyFetcher) clock() time.Time {
	if f.now != nil {
		return f.now()
	}
	return time.Now()
}

//go:build !js

package zkpass

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/zkpass-go/zkpass/internal/freshness"
)

// errPrivateAddress stops a connection to an address that a public host has no
// business to resolve to.
var errPrivateAddress = errors.New("the host has a private address")

// answer is a key set as fetched; set is nil if it has not changed.
type answer struct {
	set   *KeySet
	etag  string
	age   time.Duration // how long it is used
	stale time.Duration // how much longer while it cannot be refreshed
}

// fetch gets one key set, with all bounds but those on frequency.
func (f *KeyFetcher) fetch(ctx context.Context, u *url.URL, etag string) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, freshness.FetchTimeout)
	defer cancel()
	got, err := f.get(ctx, u, etag)
	if err != nil {
		return nil, fmt.Errorf("%w: fetching from %s: %w", ErrFetch, quoteName(u.Host), err)
	}
	return got, nil
}

func (f *KeyFetcher) get(ctx context.Context, u *url.URL, etag string) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := f.httpClient().Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	got := &answer{etag: response.Header.Get("ETag")}
	got.age, got.stale = freshness.Times(response.Header)
	if response.StatusCode == http.StatusNotModified && etag != "" {
		return got, nil
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered with status %d", response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, MaxKeySet+1))
	if err != nil {
		return nil, err
	}
	got.set, err = ParseKeySet(text)
	return got, err
}

// httpClient returns the one client, made at first use.
func (f *KeyFetcher) httpClient() *http.Client {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.client == nil {
		f.client = &http.Client{
			Transport: &http.Transport{
				// No proxy: it would connect in our place, unchecked.
				DialContext:            dialChecked,
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: f.RootCAs},
				TLSHandshakeTimeout:    freshness.FetchTimeout,
				ResponseHeaderTimeout:  freshness.FetchTimeout,
				MaxResponseHeaderBytes: 64 << 10,
				DisableCompression:     true, // the size cap is on what travels
				DisableKeepAlives:      true,
				ForceAttemptHTTP2:      true,
			},
			CheckRedirect: sameHost,
		}
	}
	return f.client
}

// sameHost lets redirects stay on the host and port first asked.
func sameHost(request *http.Request, via []*http.Request) error {
	if len(via) > 3 {
		return errors.New("more than 3 redirects")
	}
	first := via[0].URL
	if hostOf(request.URL) != hostOf(first) || request.URL.Scheme != first.Scheme {
		return errors.New("a redirect to another host")
	}
	return nil
}

// dialChecked connects to the host unless it resolves to a private address. The
// check is on the address connected to, after resolution: a name may change its
// address between two look-ups.
func dialChecked(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{
		Timeout: freshness.FetchTimeout,
		Control: func(_, resolved string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(resolved)
			if err != nil {
				return err
			}
			if !mayConnect(host, ap.Addr()) {
				return errPrivateAddress
			}
			return nil
		},
	}
	return dialer.DialContext(ctx, network, address)
}

// mayConnect reports whether a host may have an address: a loopback host that of
// this machine, any other a public one.
func mayConnect(host string, addr netip.Addr) bool {
	addr = addr.Unmap()
	if isLoopbackHost(host) {
		return addr.IsLoopback()
	}
	return isPublic(addr)
}

// notPublic are the networks that IANA's special-purpose registries keep off the
// public internet and that netip has no predicate for, and those that embed an
// IPv4 address.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

func isPublic(addr netip.Addr) bool {
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	addr = addr.WithZone("")
	for _, prefix := range notPublic {
		if prefix.Contains(addr) {
			return false
		}
	}
	return true
}

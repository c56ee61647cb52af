// Package client has a zkPass Service make proofs: for apps of holders who trust it with
// the data, and for servers that forward what they got.
//
//	c, err := client.New("https://zkpass.example", "KEY:SECRET", client.Options{})
//	proof, err := c.GenerateZkPassProof(ctx, dvrToken, map[string]string{"": token}, client.ProofOptions{})
//
// Everything travels encrypted to a key of the service. What it may ask of the service
// again after failures, and how long, docs/clients.md tells for other languages too.
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/zkpass-go/zkpass"
)

// DefaultMaxAttempts is how often a [Client] sends a request that finds the
// service busy or away, about half a minute in all.
const DefaultMaxAttempts = 8

// Client lets a service make proofs. It sends the service nothing but encrypted
// tokens, tries again what may succeed later, and checks that the answer is
// signed by the service and belongs to the request. It does not check the
// zero-knowledge proof; that is the verifier's part, in package verify.
//
// A Client is safe for concurrent use. Printing it shows no secret.
type Client struct {
	base   string // origin and path, without a slash at the end
	basic  string // value of the header Authorization; empty without an API key
	hidden secrets
	opts   Options
	http   *http.Client
	keys   serviceKeys
}

// Options change how a [Client] works. The zero value is good for use.
type Options struct {
	// MaxAttempts is how often a request is sent that meets a network error or
	// one of the statuses 429, 502, 503 and 504; 0 stands for
	// [DefaultMaxAttempts]. Between attempts the client waits as long as the
	// service asks, up to a minute, or a random time that grows up to 20 s.
	MaxAttempts int
	// KeepResults leaves jobs that have ended at the service, which forgets them
	// by itself after an hour or what it is configured to. Else the client has
	// a job deleted when it has its result.
	KeepResults bool
	// KeepCancelled lets the service go on with a job when the call ends without
	// its result, for instance because its context ended. Else the client has it
	// cancelled, which can take up to 5 s after the end of the context.
	KeepCancelled bool
	// Retrying, if it is not nil, is called before the client waits to send a request
	// again: why, which attempt of how many comes next, and after how long. Calls may
	// come at once from several goroutines that use the client.
	Retrying func(err error, attempt, of int, after time.Duration)
	// CheckKeys, if it is not nil, decides on each key set of the service before
	// it is used: without its consent nothing is encrypted to these keys. This is
	// where an application verifies the service's attestation. It may call
	// [Client.Attestation], and none of the client's other methods.
	CheckKeys func(ctx context.Context, keys *zkpass.KeySet) error
	// RootCAs are the certificate authorities trusted; nil stands for the
	// system's.
	RootCAs *x509.CertPool
	// Proxy returns the proxy for a request, as that of [http.Transport]; nil
	// stands for none. [http.ProxyFromEnvironment] is one.
	Proxy func(*http.Request) (*url.URL, error)
	// Transport replaces the client's own, which speaks TLS 1.2 or later; RootCAs
	// and Proxy are not used then.
	Transport http.RoundTripper
}

// New makes a client for the service at a URL, whose scheme is https, or
// http for a loopback host. apiKey is KEY:SECRET; with an empty one there is
// [Client.Keys] and [Client.Attestation] only. It connects to nothing yet.
func New(serviceURL, apiKey string, opts Options) (*Client, error) {
	base, err := parseServiceURL(serviceURL)
	if err != nil {
		return nil, fmt.Errorf("service URL: %w", err)
	}
	c := &Client{base: base, opts: opts}
	if apiKey != "" {
		if err := c.setKey(apiKey); err != nil {
			return nil, fmt.Errorf("API key: %w", err)
		}
	}
	if c.opts.MaxAttempts == 0 {
		c.opts.MaxAttempts = DefaultMaxAttempts
	}
	if c.opts.MaxAttempts < 0 {
		return nil, malformed("options: %d attempts, want 1 or more", c.opts.MaxAttempts)
	}
	c.keys.turn = make(chan struct{}, 1)
	transport := opts.Transport
	if transport == nil {
		transport = newTransport(opts, strings.HasPrefix(base, "http:"))
	}
	c.http = &http.Client{
		Transport: transport,
		// A redirect would carry the API key and tokens to where nobody sent them.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// parseServiceURL returns a URL as far as paths are put after it. No error shows
// the URL, which may hold a password.
func parseServiceURL(serviceURL string) (string, error) {
	origin, err := zkpass.Origin(serviceURL)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(serviceURL)
	if err != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", malformed("want a URL without query and fragment")
	}
	return origin + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func (c *Client) setKey(apiKey string) error {
	key, secret, found := strings.Cut(apiKey, ":")
	if !found || key == "" || secret == "" || strings.Contains(secret, ":") {
		return malformed("want KEY:SECRET, with one colon")
	}
	if strings.ContainsFunc(apiKey, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return malformed("want KEY:SECRET, of printable ASCII characters without spaces")
	}
	credential := base64.StdEncoding.EncodeToString([]byte(apiKey))
	c.basic = "Basic " + credential
	c.hidden = secrets{secret, credential}
	return nil
}

// String names the service.
func (c *Client) String() string { return "client of " + c.base }

// Format prints the client as String does under every verb, so that no way of
// printing shows the API key.
func (c *Client) Format(state fmt.State, _ rune) { fmt.Fprint(state, c.String()) }

const connectTimeout = 10 * time.Second

// newTransport makes the transport of a client. Without TLS it connects to this
// machine only, whatever the host's name resolves to.
func newTransport(opts Options, plain bool) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 15 * time.Second}
	if plain {
		dialer.Control = func(_, resolved string, _ syscall.RawConn) error {
			if ap, err := netip.ParseAddrPort(resolved); err != nil || !ap.Addr().Unmap().IsLoopback() {
				return errors.New("not a loopback address, which http is for")
			}
			return nil
		}
	}
	return &http.Transport{
		Proxy:                  opts.Proxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: opts.RootCAs},
		TLSHandshakeTimeout:    connectTimeout,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        90 * time.Second,
		DisableCompression:     true, // the caps are on what travels
		ForceAttemptHTTP2:      true,
	}
}

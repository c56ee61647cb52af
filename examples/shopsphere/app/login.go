package app

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// visitor is a session's data.
type visitor struct {
	owner   string // stays the same across logins, for transactions
	user    *user
	pending *pending
}

// user is who is logged in.
type user struct {
	name    string
	idToken string
	nonce   string    // of the ID token
	expires time.Time // of the ID token
}

// pending is a login that the browser was sent away for.
type pending struct {
	state, nonce, verifier string
	transaction            string // to go back to
	begun                  time.Time
}

// loginLife is how long a login may take.
const loginLife = 10 * time.Minute

// relyingParty is the app's side of OpenID Connect. The provider's configuration is
// fetched when it is first needed and not sooner.
type relyingParty struct {
	options Options
	client  *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

func newRelyingParty(options Options) *relyingParty {
	return &relyingParty{options: options, client: &http.Client{
		Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the provider redirects, which is not expected here")
		},
	}}
}

// discover returns what the provider publishes about itself.
func (p *relyingParty) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.provider != nil {
		return p.provider, nil
	}
	// The provider keeps the context for fetching keys later on.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.options.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovering the OpenID provider: %w", err)
	}
	p.provider = found
	return found, nil
}

func (p *relyingParty) config(provider *oidc.Provider) *oauth2.Config {
	endpoint := provider.Endpoint()
	if p.options.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client; no other way is to be tried
	}
	return &oauth2.Config{
		ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: endpoint,
		RedirectURL: p.options.Origin + CallbackPath, Scopes: strings.Fields(scope),
	}
}

// begin returns where to send the browser, and what to keep until it is back. The nonce
// is the request's own, if that asks for a sign-in of its own (Claims.LoginNonce): OpenID
// Connect's nonce ties an ID token to the login that was begun here, and does so whoever
// has drawn it. Against codes of other logins there are state and PKCE. With other set the
// provider is to ask who signs in, even if it knows somebody.
func (p *relyingParty) begin(ctx context.Context, transaction, nonce string, other bool, now time.Time) (string, *pending, error) {
	provider, err := p.discover(ctx)
	if err != nil {
		return "", nil, err
	}
	if nonce == "" {
		nonce = web.RandomText()
	}
	kept := &pending{
		state: web.RandomText(), nonce: nonce, verifier: oauth2.GenerateVerifier(),
		transaction: transaction, begun: now,
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(kept.nonce), oauth2.S256ChallengeOption(kept.verifier)}
	if other {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	target := p.config(provider).AuthCodeURL(kept.state, options...)
	return target, kept, nil
}

// errLogin means that the provider has not let the customer in.
var errLogin = errors.New("login did not succeed")

// finish exchanges the code for an ID token and checks it.
func (p *relyingParty) finish(ctx context.Context, kept *pending, answer url.Values) (*user, error) {
	if answer.Get("error") != "" {
		return nil, fmt.Errorf("%w: the provider answered with an error", errLogin)
	}
	provider, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	tokens, err := p.config(provider).Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(kept.verifier))
	if err != nil {
		return nil, fmt.Errorf("%w: exchanging the code", errLogin) // its text may hold the answer's body
	}
	raw, _ := tokens.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: p.options.ClientID}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: the ID token is not right", errLogin)
	}
	if subtle.ConstantTimeCompare([]byte(idToken.Nonce), []byte(kept.nonce)) != 1 {
		return nil, fmt.Errorf("%w: the ID token is of another login", errLogin)
	}
	var claims struct {
		Name string `json:"name"`
	}
	if err := idToken.Claims(&claims); err != nil {
		return nil, fmt.Errorf("%w: the ID token is not right", errLogin)
	}
	return &user{name: claims.Name, idToken: raw, nonce: idToken.Nonce, expires: idToken.Expiry}, nil
}

package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// Bounds of what is kept of logins that are under way.
const (
	requestLife  = 10 * time.Minute
	requestLimit = 10_000
)

var (
	errNoRequest = errors.New("no such login is under way")
	errNoUser    = errors.New("no such user")
	errNoToken   = errors.New("no such token")
)

// storage is what the library asks for: clients, keys, logins under way, tokens.
type storage struct {
	key       *signingKey
	clients   map[string]*client
	byName    map[string]*account
	bySubject map[string]*account

	mu       sync.Mutex
	requests map[string]*authRequest
	codes    map[string]string // code to id of the request
	tokens   map[string]accessToken
}

type accessToken struct {
	subject string
	scopes  []string
	expires time.Time
}

// authRequest is a login under way.
type authRequest struct {
	oidc.AuthRequest
	id      string
	created time.Time

	browser  string // of the session that the login page was first shown in
	subject  string // once logged in
	authTime time.Time
	answered bool // a code was given out
}

func (r *authRequest) GetID() string          { return r.id }
func (r *authRequest) GetACR() string         { return "" }
func (r *authRequest) GetAMR() []string       { return []string{"pwd"} }
func (r *authRequest) GetAudience() []string  { return []string{r.ClientID} }
func (r *authRequest) GetAuthTime() time.Time { return r.authTime }
func (r *authRequest) GetClientID() string    { return r.ClientID }
func (r *authRequest) GetSubject() string     { return r.subject }
func (r *authRequest) GetScopes() []string    { return r.Scopes }
func (r *authRequest) Done() bool             { return r.subject != "" }
func (r *authRequest) GetNonce() string       { return r.Nonce }
func (r *authRequest) GetResponseMode() oidc.ResponseMode {
	return r.ResponseMode
}
func (r *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// CreateAuthRequest begins a login. PKCE is a must for every client.
func (s *storage) CreateAuthRequest(_ context.Context, request *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if request.CodeChallenge == "" || request.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge with method S256 is required")
	}
	for _, prompt := range request.Prompt {
		if prompt == oidc.PromptNone {
			return nil, oidc.ErrLoginRequired()
		}
	}
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, r := range s.requests {
		if now.Sub(r.created) > requestLife {
			s.drop(id)
		}
	}
	for id, token := range s.tokens {
		if now.After(token.expires) {
			delete(s.tokens, id)
		}
	}
	if len(s.requests) >= requestLimit {
		return nil, oidc.ErrServerError().WithDescription("too many logins at once; try again in some minutes")
	}
	r := &authRequest{AuthRequest: *request, id: web.RandomText(), created: now}
	s.requests[r.id] = r
	return r, nil
}

// drop forgets a request and its codes; s.mu is held.
func (s *storage) drop(id string) {
	delete(s.requests, id)
	for code, of := range s.codes {
		if of == id {
			delete(s.codes, code)
		}
	}
}

// request returns a login under way; s.mu is held.
func (s *storage) request(id string) (*authRequest, error) {
	r := s.requests[id]
	if r == nil || r.answered || time.Since(r.created) > requestLife {
		return nil, errNoRequest
	}
	return r, nil
}

// AuthRequestByID returns a login that has not ended with a code yet.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.request(id)
	if err != nil {
		return nil, err
	}
	copied := *r
	return &copied, nil
}

// SaveAuthCode gives the login its one code.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.request(id)
	if err != nil {
		return err
	}
	r.answered = true
	s.codes[code] = id
	return nil
}

// AuthRequestByCode redeems a code, which works once.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.requests[s.codes[code]]
	delete(s.codes, code)
	if r == nil || time.Since(r.created) > requestLife {
		return nil, errNoRequest
	}
	copied := *r
	return &copied, nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
	return nil
}

func (s *storage) CreateAccessToken(_ context.Context, request op.TokenRequest) (string, time.Time, error) {
	token := accessToken{subject: request.GetSubject(), scopes: request.GetScopes(), expires: time.Now().Add(tokenLife)}
	id := web.RandomText()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[id] = token
	return id, token.expires, nil
}

func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, request op.IDTokenRequest, scopes []string) error {
	a := s.bySubject[request.GetSubject()]
	if a == nil {
		return errNoUser
	}
	a.fill(info, scopes)
	return nil
}

func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, tokenID, _, _ string) error {
	s.mu.Lock()
	token, ok := s.tokens[tokenID]
	s.mu.Unlock()
	if !ok || time.Now().After(token.expires) {
		return errNoToken
	}
	a := s.bySubject[token.subject]
	if a == nil {
		return errNoUser
	}
	a.fill(info, token.scopes)
	return nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	c := s.clients[id]
	if c == nil {
		return nil, errors.New("no such client")
	}
	return c, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	c := s.clients[id]
	if c == nil || c.Secret == "" || subtle.ConstantTimeCompare([]byte(c.Secret), []byte(secret)) != 1 {
		return oidc.ErrInvalidClient().WithDescription("client_id or client_secret is wrong")
	}
	return nil
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.key.alg}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }

func (s *storage) RevokeToken(_ context.Context, token, _, _ string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token)
	return nil
}

func (s *storage) Health(context.Context) error { return nil }

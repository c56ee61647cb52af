package provider

import (
	"crypto/rand"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/rs/cors"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/zkpass-go/zkpass/examples/shopsphere/brand"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

//go:embed pages words
var files embed.FS

// Options are what a provider is set up with.
type Options struct {
	// Issuer is the origin of the provider and the iss of its ID tokens.
	Issuer string
	// Algorithm signs ID tokens: RS256 or ES256; empty stands for RS256, OpenID Connect's
	// own default.
	Algorithm string
	Users     []User
	Clients   []Client
	Logger    *slog.Logger
}

// JWKSPath is where the provider's public keys are; discovery tells it too.
const JWKSPath = "/keys"

// tokenPath is where codes are exchanged. It acts on no session.
const tokenPath = "/oauth/token"

// protocolPaths are what the library answers; the rest is pages.
var protocolPaths = []string{
	oidc.DiscoveryEndpoint, "/authorize", tokenPath, "/userinfo", "/revoke", "/end_session", JWKSPath,
}

// site is the provider: the library, and the login page that it leaves to others.
type site struct {
	issuer   string
	storage  *storage
	protocol *op.Provider
	pages    *web.Pages
	words    *web.Catalogue
	sessions web.Sessions[visitor]
	throttle web.Throttle
}

// visitor is what is known of a browser: only that it is the same one.
type visitor struct{ id string }

// New returns the provider as a handler.
func New(options Options) (http.Handler, error) {
	if options.Algorithm == "" {
		options.Algorithm = "RS256"
	}
	key, err := newSigningKey(options.Algorithm)
	if err != nil {
		return nil, err
	}
	s := &site{issuer: options.Issuer, storage: &storage{
		key: key, clients: make(map[string]*client), requests: make(map[string]*authRequest),
		codes: make(map[string]string), tokens: make(map[string]accessToken),
	}}
	s.sessions.Name, s.sessions.Secure = "shopsphere_login", web.IsSecure(options.Issuer)
	if s.storage.byName, s.storage.bySubject, err = newAccounts(options.Users); err != nil {
		return nil, err
	}
	for _, c := range options.Clients {
		s.storage.clients[c.ID] = &client{c}
	}
	var origins []string
	for _, c := range options.Clients {
		origins = append(origins, c.Origins...)
	}
	if err := s.setUp(origins); err != nil {
		return nil, err
	}
	assets, err := s.readFiles(options.Logger)
	if err != nil {
		return nil, err
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /login", s.showLogin)
	routes.HandleFunc("POST /login", s.login)
	routes.HandleFunc("GET /authorize/callback", s.finish)
	routes.HandleFunc("GET /{$}", s.home)
	routes.Handle("GET /assets/", assets)
	for _, path := range protocolPaths {
		routes.Handle(path, s.protocol)
	}
	routes.HandleFunc("/", s.notFound)
	frame := &web.Site{
		Origin: options.Issuer, Routes: routes, Open: []string{"POST /authorize", "POST " + tokenPath}, MaxBody: 64 << 10, Logger: options.Logger,
	}
	return frame.Handler()
}

// setUp configures the library. Pages of the origins may call it, without cookies.
func (s *site) setUp(origins []string) error {
	config := &op.Config{
		CodeMethodS256:  true,
		SupportedScopes: []string{"openid", "profile", "email"},
		SupportedClaims: []string{
			"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "name", "firstName", "lastName", "gender",
			"birthdate", "driverLicenseNumber", "email", "picture",
		},
	}
	rand.Read(config.CryptoKey[:])
	config.CryptoKeyId = "1"
	var sharing *cors.Options // without origins it would allow all
	if len(origins) > 0 {
		sharing = &cors.Options{AllowedOrigins: origins, AllowedMethods: []string{http.MethodGet, http.MethodPost}}
	}
	options := []op.Option{op.WithCORSOptions(sharing)}
	if !web.IsSecure(s.issuer) {
		options = append(options, op.WithAllowInsecure())
	}
	var err error
	if s.protocol, err = op.NewProvider(config, s.storage, op.StaticIssuer(s.issuer), options...); err != nil {
		return fmt.Errorf("setting up the OpenID provider: %w", err)
	}
	return nil
}

func (s *site) readFiles(logger *slog.Logger) (*web.Assets, error) {
	assets, err := web.ReadAssets(brand.Assets)
	if err != nil {
		return nil, err
	}
	words, err := fs.Sub(files, "words")
	if err != nil {
		return nil, err
	}
	if s.words, err = web.ReadCatalogue(words); err != nil {
		return nil, err
	}
	pageFiles, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	s.pages, err = web.ReadPages(pageFiles, template.FuncMap{"asset": assets.Path}, logger)
	return assets, err
}

// originOf returns the origin of a client's redirect URI.
func originOf(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

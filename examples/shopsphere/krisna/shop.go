package krisna

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

//go:embed all:pages assets words
var files embed.FS

const (
	jwksPath   = "/.well-known/jwks.json"
	proofsPath = "/proofs"
)

// Options are what the shop is set up with.
type Options struct {
	// Origin of the shop.
	Origin string
	// Issuer and IssuerJWKS are ShopSphere's issuer URL and key set.
	Issuer, IssuerJWKS string
	// AppClientID is the ShopSphere app's at ShopSphere: only a sign-in to that app counts.
	AppClientID string
	// AppRequests is the URL in the ShopSphere app that takes requests.
	AppRequests string
	// ServiceJWKS is the key set of the zkPass service whose proofs the shop takes
	// besides those that are made without one. It may be empty.
	ServiceJWKS string
	Store       *Store
	// Now tells the time; nil stands for time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

// Shop is the shop's web site.
type Shop struct {
	options  Options
	key      *zkpass.PrivateKey // signs requests
	keys     *zkpass.KeySet     // its public part
	fetcher  *zkpass.KeyFetcher
	pages    *web.Pages
	words    *web.Catalogue
	assets   *web.Assets
	sessions web.Sessions[visitor]
	throttle web.Throttle
}

// visitor is a session's data: the user name of the customer logged in, or none.
type visitor struct{ username string }

// New returns the shop as a handler. The key that signs requests is made anew each
// time: requests from before a restart cannot be answered.
func New(options Options) (http.Handler, error) {
	s := &Shop{options: options, fetcher: new(zkpass.KeyFetcher)}
	for _, jwks := range []string{options.IssuerJWKS, options.ServiceJWKS} {
		if jwks == "" {
			continue
		}
		if err := s.fetcher.AllowURL(jwks); err != nil {
			return nil, err
		}
	}
	var err error
	if s.key, err = zkpass.GenerateKey(zkpass.ES256, ""); err != nil {
		return nil, err
	}
	if s.keys, err = zkpass.NewKeySet(s.key.Public()); err != nil {
		return nil, err
	}
	s.sessions.Name, s.sessions.Secure, s.sessions.Now = "krisna_session", web.IsSecure(options.Origin), options.Now
	if err := s.readFiles(); err != nil {
		return nil, err
	}
	frame := &web.Site{
		Origin: options.Origin, Routes: s.routes(), Open: []string{"POST " + proofsPath},
		Refuse: http.HandlerFunc(s.refuseForm), MaxBody: maxRecord, Logger: options.Logger,
	}
	return frame.Handler()
}

func (s *Shop) readFiles() error {
	assets, err := fs.Sub(files, "assets")
	if err != nil {
		return err
	}
	if s.assets, err = web.ReadAssets(assets); err != nil {
		return err
	}
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return err
	}
	words, err := fs.Sub(files, "words")
	if err != nil {
		return err
	}
	if s.words, err = web.ReadCatalogue(words); err != nil {
		return err
	}
	s.pages, err = web.ReadPages(pages, template.FuncMap{
		"asset": s.assets.Path,
		"euro":  func(cents int) string { return fmt.Sprintf("€%d.%02d", cents/100, cents%100) },
		"kb":    func(bytes int) string { return fmt.Sprintf("%.0f\u00a0KB", float64(bytes)/1000) },
		"date":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }, // with scripts as the reader's clock has it
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}, s.options.Logger)
	return err
}

func (s *Shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showShop)
	mux.HandleFunc("GET /products/{product}", s.showProduct)
	mux.HandleFunc("GET /login", s.showLogin)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /account", s.customersOnly(s.showAccount))
	mux.HandleFunc("GET /offer", s.showOffer)
	mux.HandleFunc("POST /offer", s.customersOnly(s.makeRequest))
	mux.HandleFunc("GET /offer/{id}", s.customersOnly(s.showRequest))
	mux.HandleFunc("POST "+proofsPath, s.receiveProof)
	mux.HandleFunc("POST "+proofsPath+"/check", s.checkProof)
	mux.HandleFunc("GET /received", s.customersOnly(s.showReceived))
	mux.HandleFunc("GET /received/{id}", s.customersOnly(s.showProof))
	mux.HandleFunc("GET /received/{id}/proof", s.customersOnly(s.downloadProof))
	mux.HandleFunc("GET "+jwksPath, s.serveKeys)
	mux.Handle("GET /assets/", s.assets)
	mux.HandleFunc("/", s.notFound)
	return mux
}

func (s *Shop) now() time.Time {
	if s.options.Now == nil {
		return time.Now()
	}
	return s.options.Now()
}

// page is what every page shows.
type page struct {
	web.Words
	Title    web.Sentence
	Customer *customer // nil if nobody is logged in
	Token    string    // for forms
	Content  any
}

// visit returns the session of a request and who is logged in. Only looking at a
// page begins a session: to a form from another site browsers add no cookie, and a
// session begun in answer would replace the one that the customer has. So there may
// be none (nil).
func (s *Shop) visit(w http.ResponseWriter, r *http.Request) (*web.Session[visitor], *customer) {
	session := s.sessions.Get(r)
	if session == nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		session = s.sessions.Open(w, r)
	}
	if session == nil {
		return nil, nil
	}
	username := session.Data().username
	if username == "" {
		return session, nil
	}
	c, _, err := s.options.Store.customer(r.Context(), username)
	if err != nil {
		s.options.Logger.Error("a customer cannot be read", "error", err)
		return session, nil
	}
	return session, c
}

// show writes a page.
func (s *Shop) show(w http.ResponseWriter, r *http.Request, status int, name string, title web.Sentence, content any) {
	session, c := s.visit(w, r)
	p := page{Words: s.words.For(r), Title: title, Customer: c, Content: content}
	if session != nil {
		p.Token = session.Token
	}
	s.pages.Show(w, status, name, p)
}

// customersOnly sends others to the login page, and back when they are logged in.
// A form must be one of the session's own.
func (s *Shop) customersOnly(next func(http.ResponseWriter, *http.Request, *customer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session, c := s.visit(w, r)
		if c == nil {
			target := "/login"
			if r.Method == http.MethodGet {
				target += "?next=" + url.QueryEscape(r.URL.Path)
			}
			http.Redirect(w, r, target, http.StatusSeeOther)
			return
		}
		if r.Method == http.MethodPost && !session.Sent(r) {
			s.refuseForm(w, r)
			return
		}
		next(w, r, c)
	}
}

// message is a page that says what happened and what to do: the sentences KEY.text and
// KEY.do.
type message struct {
	Key            string
	Link, LinkText string // the text is the sentence link.LINKTEXT
	Proof          bool   // a proof has changed nothing
}

func (s *Shop) refuseForm(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusForbidden, "message", web.Say("form.title"), message{Key: "form", Link: "/", LinkText: "shop"})
}

func (s *Shop) notFound(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusNotFound, "message", web.Say("nopage.title"), message{Key: "nopage", Link: "/", LinkText: "shop"})
}

// fail is for trouble of the shop's own.
func (s *Shop) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.options.Logger.Error("a request failed", "route", r.Pattern, "error", err)
	s.show(w, r, http.StatusInternalServerError, "message", web.Say("fail.title"), message{Key: "fail", Link: "/", LinkText: "shop"})
}

func (s *Shop) serveKeys(w http.ResponseWriter, r *http.Request) {
	text, err := s.keys.MarshalJSON()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Write(text)
}

package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/brand"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

//go:embed all:pages assets words
var files embed.FS

const (
	// CallbackPath is where the provider sends browsers back to.
	CallbackPath = "/callback"
	// RequestsPath takes requests: a form with the member dvr.
	RequestsPath = "/requests"
)

// Options are what the app is set up with.
type Options struct {
	// Origin of the app.
	Origin string
	// Issuer and IssuerJWKS are ShopSphere's issuer URL and key set.
	Issuer, IssuerJWKS string
	// ClientID and ClientSecret are the app's own at the provider. Without a secret it is
	// a public client, which it must be for browsers to prove.
	ClientID, ClientSecret string
	// Partners are the shops whose requests are answered.
	Partners []Partner
	// SDK has the npm package for pages: sdk.js, worker-browser.js and the WebAssembly. With it
	// customers' browsers prove, but those that run no scripts.
	SDK fs.FS
	// Service is the zkPass service that proves what browsers do not; with nil, or while it
	// does not answer, the app's own server does.
	Service Service
	// Now tells the time; nil stands for time.Now.
	Now    func() time.Time
	Logger *slog.Logger
}

// App is the app's web site.
type App struct {
	options      Options
	stop         context.Context // ends with the process
	fetcher      *zkpass.KeyFetcher
	own          Prover
	party        *relyingParty
	sdk          *sdk // nil if browsers do not prove
	words        *web.Catalogue
	pages        *web.Pages
	assets       *web.Assets
	sessions     web.Sessions[visitor]
	transactions transactions
}

// New returns the app as a handler. Proofs that are being made end with the context.
func New(ctx context.Context, options Options) (http.Handler, error) {
	a := &App{options: options, stop: ctx, fetcher: new(zkpass.KeyFetcher), party: newRelyingParty(options)}
	trusted := []string{options.IssuerJWKS}
	for _, p := range options.Partners {
		trusted = append(trusted, p.Origin)
	}
	for _, u := range trusted {
		if err := a.fetcher.AllowURL(u); err != nil {
			return nil, err
		}
	}
	a.own = newOwnProver(a.fetcher)
	if options.SDK != nil {
		if options.ClientSecret != "" {
			return nil, errors.New("browsers prove for a public client only, and there is a client secret")
		}
		var err error
		if a.sdk, err = newSDK(options.SDK); err != nil {
			return nil, err
		}
	}
	a.sessions.Name, a.sessions.Secure, a.sessions.Now = "shopsphere_app", web.IsSecure(options.Origin), options.Now
	if err := a.readFiles(); err != nil {
		return nil, err
	}
	frame := &web.Site{
		Origin: options.Origin, Routes: a.routes(), Open: []string{"POST " + RequestsPath},
		Refuse: http.HandlerFunc(a.refuseForm), MaxBody: zkpass.MaxDVRToken + 4<<10, Logger: options.Logger,
	}
	return frame.Handler()
}

func (a *App) readFiles() error {
	own, err := fs.Sub(files, "assets")
	if err != nil {
		return err
	}
	if a.assets, err = web.ReadAssets(own, brand.Assets); err != nil {
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
	if a.words, err = web.ReadCatalogue(words); err != nil {
		return err
	}
	a.pages, err = web.ReadPages(pages, template.FuncMap{
		"asset":   a.assets.Path,
		"outcome": outcome,
		"initial": func(name string) string { return string([]rune(name + "?")[:1]) },
		"kb":      func(bytes int) string { return fmt.Sprintf("%.0f\u00a0KB", float64(bytes)/1000) },
	}, a.options.Logger)
	return err
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.showHome)
	mux.HandleFunc("POST "+RequestsPath, a.takeRequest)
	mux.HandleFunc("GET "+RequestsPath+"/{id}", a.withTransaction(a.showTransaction))
	mux.HandleFunc("GET "+RequestsPath+"/{id}/progress", a.withTransaction(a.showProgress))
	mux.HandleFunc("POST "+RequestsPath+"/{id}/login", a.withTransaction(a.login))
	mux.HandleFunc("GET "+RequestsPath+"/{id}/page", a.withTransaction(a.showProvingPage))
	mux.HandleFunc("POST "+RequestsPath+"/{id}/switch", a.withTransaction(a.switchAccount))
	mux.HandleFunc("POST "+RequestsPath+"/{id}/agree", a.withTransaction(a.agree))
	mux.HandleFunc("POST "+RequestsPath+"/{id}/stop", a.withTransaction(a.stopProving))
	mux.HandleFunc("POST "+RequestsPath+"/{id}/decline", a.withTransaction(a.decline))
	mux.HandleFunc("GET "+CallbackPath, a.callback)
	mux.HandleFunc("POST /logout", a.logout)
	mux.HandleFunc("GET /how", a.showHow)
	if a.sdk != nil {
		mux.HandleFunc("GET "+SignedInPath, a.showSignedIn)
		mux.Handle("GET "+a.sdk.prefix+"{file}", a.sdk)
	}
	mux.Handle("GET /assets/", a.assets)
	mux.HandleFunc("/", a.notFound)
	return mux
}

func (a *App) now() time.Time {
	if a.options.Now == nil {
		return time.Now()
	}
	return a.options.Now()
}

// page is what every page shows.
type page struct {
	web.Words
	Title   web.Sentence
	User    string // name of who is logged in, or empty
	Token   string // for forms
	Content any
}

// visit returns the session of a request. Only looking at a page begins one, as
// browsers add no cookie to forms from other sites, and so there may be none (nil).
func (a *App) visit(w http.ResponseWriter, r *http.Request) *web.Session[visitor] {
	session := a.sessions.Get(r)
	if session == nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		session = a.sessions.Open(w, r)
	}
	if session != nil {
		session.Update(func(v *visitor) {
			if v.owner == "" {
				v.owner = web.RandomText()
			}
		})
	}
	return session
}

// userOf returns who is logged in, with an ID token that is still good, or nil.
func (a *App) userOf(session *web.Session[visitor]) *user {
	if session == nil {
		return nil
	}
	u := session.Data().user
	if u == nil || !a.now().Before(u.expires) {
		return nil
	}
	return u
}

// userFor returns who is logged in with an ID token that answers a question, or nil: a
// request that asks for a sign-in of its own is not answered with another one.
func (a *App) userFor(session *web.Session[visitor], q *question) *user {
	u := a.userOf(session)
	if nonce := q.dvr.Claims.LoginNonce; u != nil && nonce != "" && u.nonce != nonce {
		return nil
	}
	return u
}

// show writes a page.
func (a *App) show(w http.ResponseWriter, r *http.Request, status int, name string, title web.Sentence, content any) {
	session := a.visit(w, r)
	p := page{Words: a.words.For(r), Title: title, Content: content}
	if session != nil {
		p.Token = session.Token
	}
	if u := a.userOf(session); u != nil {
		p.User = u.name
	}
	a.pages.Show(w, status, name, p)
}

// withTransaction finds the transaction that a page is about. A form must be one of
// the session's own.
func (a *App) withTransaction(next func(http.ResponseWriter, *http.Request, *web.Session[visitor], *transaction)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session := a.visit(w, r)
		if r.Method == http.MethodPost && !session.Sent(r) {
			a.refuseForm(w, r)
			return
		}
		t := a.transactions.get(r.PathValue("id"), session.Data().owner, a.now())
		if t == nil {
			a.show(w, r, http.StatusNotFound, "message", web.Say("over.title"), message{Key: "over", Link: "/"})
			return
		}
		next(w, r, session, t)
	}
}

// message is a page that says what happened and what to do: the sentences KEY.text,
// KEY.do and KEY.link.
type message struct {
	Key     string
	Partner string // name, for the sentences that have it
	Link    string
	Calm    bool // nothing went wrong
}

// Say returns one of the sentences.
func (m message) Say(part string) web.Sentence {
	if m.Partner == "" {
		return web.Say(m.Key + part)
	}
	return web.Say(m.Key+part, "partner", m.Partner)
}

func (a *App) showHome(w http.ResponseWriter, r *http.Request) {
	a.show(w, r, http.StatusOK, "home", web.Say("home.title"), a.options.Partners)
}

// showHow says how answers are made.
func (a *App) showHow(w http.ResponseWriter, r *http.Request) {
	a.show(w, r, http.StatusOK, "how", web.Say("how.title"), nil)
}

func (a *App) refuseForm(w http.ResponseWriter, r *http.Request) {
	a.show(w, r, http.StatusForbidden, "message", web.Say("form.title"), message{Key: "form", Link: "/"})
}

func (a *App) notFound(w http.ResponseWriter, r *http.Request) {
	a.show(w, r, http.StatusNotFound, "message", web.Say("nopage.title"), message{Key: "nopage", Link: "/"})
}

// fail is for trouble of the app's own.
func (a *App) fail(w http.ResponseWriter, r *http.Request, err error) {
	a.options.Logger.Error("a request failed", "route", r.Pattern, "error", err)
	a.show(w, r, http.StatusInternalServerError, "message", web.Say("fail.title"), message{Key: "fail", Link: "/"})
}

func (a *App) logout(w http.ResponseWriter, r *http.Request) {
	session := a.sessions.Get(r)
	if !session.Sent(r) {
		a.refuseForm(w, r)
		return
	}
	a.sessions.Renew(w, r, visitor{})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

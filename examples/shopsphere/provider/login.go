package provider

import (
	"net/http"
	"net/url"
	"time"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// loginPage is the data of the login page.
type loginPage struct {
	web.Words
	Title    string // sentence
	ID       string // of the login under way
	Client   string // name of the application
	Token    string
	Username string
	Wrong    string // sentence: why the last try failed
}

// messagePage tells what happened and what to do: the sentences KEY.title, .text and .do.
type messagePage struct {
	web.Words
	Key  string
	Link string
}

// Title is the sentence above.
func (p messagePage) Title() string { return p.Key + ".title" }

func (s *site) message(w http.ResponseWriter, r *http.Request, status int, key, link string) {
	s.pages.Show(w, status, "message", messagePage{s.words.For(r), key, link})
}

func (s *site) home(w http.ResponseWriter, r *http.Request) {
	s.message(w, r, http.StatusOK, "home", "")
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	s.message(w, r, http.StatusNotFound, "nopage", "/")
}

// underway returns a login for the browser that it belongs to: the one that saw
// the login page first. So nobody can send a link to a login of their own and
// fetch the code when somebody else has typed the password.
func (s *site) underway(id, browser string, bind bool) (*authRequest, bool) {
	s.storage.mu.Lock()
	defer s.storage.mu.Unlock()
	r, err := s.storage.request(id)
	if err != nil {
		return nil, false
	}
	if bind && r.browser == "" {
		r.browser = browser
	}
	copied := *r
	return &copied, r.browser != "" && r.browser == browser
}

func (s *site) showLogin(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Open(w, r)
	session.Update(func(v *visitor) {
		if v.id == "" {
			v.id = web.RandomText()
		}
	})
	request, ok := s.underway(r.URL.Query().Get("id"), session.Data().id, true)
	if !ok {
		s.gone(w, r)
		return
	}
	s.showForm(w, r, http.StatusOK, request, session, "", "")
}

func (s *site) showForm(w http.ResponseWriter, r *http.Request, status int, request *authRequest, session *web.Session[visitor], username, wrong string) {
	web.FormsTo(w, originOf(request.RedirectURI))
	s.pages.Show(w, status, "login", loginPage{
		Words: s.words.For(r), Title: "login.title", ID: request.id, Client: s.storage.clients[request.ClientID].Name,
		Token: session.Token, Username: username, Wrong: wrong,
	})
}

func (s *site) login(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Get(r)
	if !session.Sent(r) {
		s.gone(w, r)
		return
	}
	request, ok := s.underway(r.PostFormValue("id"), session.Data().id, false)
	if !ok {
		s.gone(w, r)
		return
	}
	username := r.PostFormValue("username")
	now := time.Now()
	if !s.throttle.Allow(r, username, now) {
		s.showForm(w, r, http.StatusTooManyRequests, request, session, username,
			"login.throttled")
		return
	}
	a := s.storage.byName[username]
	var hash []byte
	if a != nil {
		hash = a.password
	}
	if !web.CheckPassword(hash, r.PostFormValue("password")) {
		s.throttle.Wrong(r, username)
		s.showForm(w, r, http.StatusUnauthorized, request, session, username,
			"login.wrong")
		return
	}
	s.storage.mu.Lock()
	kept, err := s.storage.request(request.id)
	if err == nil {
		kept.subject, kept.authTime = a.Subject, now
	}
	s.storage.mu.Unlock()
	if err != nil {
		s.gone(w, r)
		return
	}
	web.FormsTo(w, originOf(request.RedirectURI))
	http.Redirect(w, r, "/authorize/callback?id="+url.QueryEscape(request.id), http.StatusSeeOther)
}

// finish lets the library answer the application, if the browser is the right one.
func (s *site) finish(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Get(r)
	if session == nil {
		s.gone(w, r)
		return
	}
	if _, ok := s.underway(r.URL.Query().Get("id"), session.Data().id, false); !ok {
		s.gone(w, r)
		return
	}
	s.protocol.ServeHTTP(w, r)
}

func (s *site) gone(w http.ResponseWriter, r *http.Request) {
	s.message(w, r, http.StatusBadRequest, "gone", "/")
}

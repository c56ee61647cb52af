package provider

import (
	"net/http"
	"net/url"
	"time"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// loginPage is the data of the login page.
type loginPage struct {
	Title    string
	ID       string // of the login under way
	Client   string // name of the application
	Token    string
	Username string
	Wrong    string // why the last try failed
}

// messagePage tells what happened and what to do.
type messagePage struct {
	Title, Text, Do string
}

func (s *site) home(w http.ResponseWriter, r *http.Request) {
	s.pages.Show(w, http.StatusOK, "message", messagePage{
		Title: "ShopSphere accounts",
		Text:  "This is where ShopSphere customers sign in.",
		Do:    "There is nothing to sign in to right now. Open the app or the shop that you want to use; it brings you here.",
	})
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
		s.gone(w)
		return
	}
	s.showForm(w, http.StatusOK, request, session, "", "")
}

func (s *site) showForm(w http.ResponseWriter, status int, request *authRequest, session *web.Session[visitor], username, wrong string) {
	web.FormsTo(w, originOf(request.RedirectURI))
	s.pages.Show(w, status, "login", loginPage{
		Title: "Sign in", ID: request.id, Client: s.storage.clients[request.ClientID].Name,
		Token: session.Token, Username: username, Wrong: wrong,
	})
}

func (s *site) login(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Get(r)
	if !session.Sent(r) {
		s.gone(w)
		return
	}
	request, ok := s.underway(r.PostFormValue("id"), session.Data().id, false)
	if !ok {
		s.gone(w)
		return
	}
	username := r.PostFormValue("username")
	now := time.Now()
	if !s.throttle.Allow(r, now) {
		s.showForm(w, http.StatusTooManyRequests, request, session, username,
			"Too many wrong passwords. Wait a minute, then try again.")
		return
	}
	a := s.storage.byName[username]
	var hash []byte
	if a != nil {
		hash = a.password
	}
	if !web.CheckPassword(hash, r.PostFormValue("password")) {
		s.throttle.Wrong(r)
		s.showForm(w, http.StatusUnauthorized, request, session, username,
			"User name or password is wrong. Check both and try again.")
		return
	}
	s.storage.mu.Lock()
	kept, err := s.storage.request(request.id)
	if err == nil {
		kept.subject, kept.authTime = a.Subject, now
	}
	s.storage.mu.Unlock()
	if err != nil {
		s.gone(w)
		return
	}
	web.FormsTo(w, originOf(request.RedirectURI))
	http.Redirect(w, r, "/authorize/callback?id="+url.QueryEscape(request.id), http.StatusSeeOther)
}

// finish lets the library answer the application, if the browser is the right one.
func (s *site) finish(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Get(r)
	if session == nil {
		s.gone(w)
		return
	}
	if _, ok := s.underway(r.URL.Query().Get("id"), session.Data().id, false); !ok {
		s.gone(w)
		return
	}
	s.protocol.ServeHTTP(w, r)
}

func (s *site) gone(w http.ResponseWriter) {
	s.pages.Show(w, http.StatusBadRequest, "message", messagePage{
		Title: "This sign-in is over",
		Text:  "It took longer than ten minutes, was finished before, or was begun in another browser.",
		Do:    "Go back to the app that you came from and sign in from there.",
	})
}

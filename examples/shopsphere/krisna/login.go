package krisna

import (
	"errors"
	"net/http"
	"regexp"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// loginPage is the content of the login page. Wrong is the sentence on what was.
type loginPage struct {
	Next, Username, Wrong string
}

// ownPath are the pages that logging in may lead to, so that it leads nowhere else.
var ownPath = regexp.MustCompile(`^/(account|offer|offer/[0-9a-f-]{36}|received|received/[0-9a-f-]{36}|products/[a-z-]+)?$`)

func nextPage(r *http.Request) string {
	if next := r.FormValue("next"); ownPath.MatchString(next) {
		return next
	}
	return "/"
}

func (s *Shop) showLogin(w http.ResponseWriter, r *http.Request) {
	if _, c := s.visit(w, r); c != nil {
		http.Redirect(w, r, nextPage(r), http.StatusSeeOther)
		return
	}
	s.show(w, r, http.StatusOK, "login", web.Say("login.title"), loginPage{Next: nextPage(r)})
}

func (s *Shop) login(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Get(r)
	if !session.Sent(r) {
		s.refuseForm(w, r)
		return
	}
	p := loginPage{Next: nextPage(r), Username: r.PostFormValue("username")}
	if !s.throttle.Allow(r, p.Username, s.now()) {
		p.Wrong = "login.throttled"
		s.show(w, r, http.StatusTooManyRequests, "login", web.Say("login.title"), p)
		return
	}
	c, _, err := s.options.Store.customer(r.Context(), p.Username)
	if err != nil && !errors.Is(err, errNoCustomer) {
		s.fail(w, r, err)
		return
	}
	var hash []byte
	if c != nil {
		hash = c.Password
	}
	if !web.CheckPassword(hash, r.PostFormValue("password")) {
		s.throttle.Wrong(r, p.Username)
		p.Wrong = "login.wrong"
		s.show(w, r, http.StatusUnauthorized, "login", web.Say("login.title"), p)
		return
	}
	s.sessions.Renew(w, r, visitor{username: c.Username})
	http.Redirect(w, r, p.Next, http.StatusSeeOther)
}

func (s *Shop) logout(w http.ResponseWriter, r *http.Request) {
	session := s.sessions.Get(r)
	if !session.Sent(r) {
		s.refuseForm(w, r)
		return
	}
	s.sessions.Renew(w, r, visitor{})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

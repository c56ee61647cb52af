package krisna

import (
	"errors"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

func (s *Shop) showAccount(w http.ResponseWriter, r *http.Request, _ *customer) {
	s.show(w, r, http.StatusOK, "account", web.Say("account.title"), nil)
}

func (s *Shop) showOffer(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "offer", web.Say("offer.title"), nil)
}

// makeRequest makes the DVR for the customer who is logged in.
func (s *Shop) makeRequest(w http.ResponseWriter, r *http.Request, c *customer) {
	made, err := s.newRequest(r.Context(), c)
	if errors.Is(err, zkpass.ErrFetch) {
		s.options.Logger.Warn("ShopSphere's keys cannot be had", "error", err)
		s.show(w, r, http.StatusBadGateway, "message", web.Say("nokeys.title"), message{Key: "nokeys", Link: "/offer", LinkText: "offer"})
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/offer/"+made.ID, http.StatusSeeOther)
}

// requestPage is the content of the page that leads to the app.
type requestPage struct {
	*request
	App     string // where the app takes requests
	Minutes int    // that are left, at least
}

// showRequest shows a request to the customer it was made for. Its button takes
// the request to the app.
func (s *Shop) showRequest(w http.ResponseWriter, r *http.Request, c *customer) {
	made, err := s.options.Store.request(r.Context(), r.PathValue("id"))
	if errors.Is(err, errNoDVR) || err == nil && made.Customer != c.Username {
		s.notFound(w, r)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if made.Answer != nil {
		http.Redirect(w, r, "/received/"+made.ID, http.StatusSeeOther)
		return
	}
	origin, err := zkpass.Origin(s.options.AppRequests)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	web.FormsTo(w, origin)
	s.show(w, r, http.StatusOK, "request", web.Say("request.title"), requestPage{
		made, s.options.AppRequests, max(0, int(made.Expires.Sub(s.now()).Round(time.Minute).Minutes())),
	})
}

package krisna

import (
	"errors"
	"net/http"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

func (s *Shop) showAccount(w http.ResponseWriter, r *http.Request, _ *customer) {
	s.show(w, r, http.StatusOK, "account", "Your account", nil)
}

func (s *Shop) showOffer(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "offer", "10 % off for ShopSphere customers", nil)
}

// makeRequest makes the DVR for the customer who is logged in.
func (s *Shop) makeRequest(w http.ResponseWriter, r *http.Request, c *customer) {
	made, err := s.newRequest(r.Context(), c)
	if errors.Is(err, zkpass.ErrFetch) {
		s.options.Logger.Warn("ShopSphere's keys cannot be had", "error", err)
		s.show(w, r, http.StatusBadGateway, "message", "ShopSphere does not answer", message{
			Text: "To ask ShopSphere customers we need ShopSphere's public keys, and cannot get them right now.",
			Do:   "Your account is unchanged. Try again in a few minutes.",
			Link: "/offer", LinkText: "Back to the offer",
		})
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
	App string // where the app takes requests
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
	s.show(w, r, http.StatusOK, "request", "One step in the ShopSphere app", requestPage{made, s.options.AppRequests})
}

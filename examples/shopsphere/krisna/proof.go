package krisna

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// receiveProof is the response_uri. The customer's browser comes here from the
// app's page, so it does not send the shop's cookie along (SameSite=Lax). Nothing
// is kept or checked yet: the page that this answers with has the same browser
// bring the proof once more, from the shop itself and with its session.
func (s *Shop) receiveProof(w http.ResponseWriter, r *http.Request) {
	token := r.PostFormValue("proof")
	if token == "" {
		s.show(w, r, http.StatusBadRequest, "message", web.Say("noproof.title"), message{Key: "noproof", Link: "/offer", LinkText: "offer"})
		return
	}
	s.show(w, r, http.StatusOK, "arrived", web.Say("arrived.title"), token)
}

// checkProof takes the proof of the customer who is logged in. It comes from the
// page of receiveProof, which any site can lead to; so it has no token, and does
// nothing that another site could want: the proof counts only for the customer
// that the shop made the request for.
func (s *Shop) checkProof(w http.ResponseWriter, r *http.Request) {
	_, c := s.visit(w, r)
	if c == nil {
		s.show(w, r, http.StatusUnauthorized, "message", web.Say("stranger.title"), message{
			Key: "stranger", Link: "/login?next=" + url.QueryEscape(s.wayBack(r)), LinkText: "login",
		})
		return
	}
	answered, err := s.accept(r.Context(), c.Username, []byte(r.PostFormValue("proof")))
	if errors.Is(err, errAnswered) {
		// Sent again, or the page was loaded anew: what came of it is there.
		http.Redirect(w, r, "/received/"+url.PathEscape(answered.ID), http.StatusSeeOther)
		return
	}
	if err != nil {
		s.refuseProof(w, r, err)
		return
	}
	s.options.Logger.Info("a proof was accepted", "bytes", answered.Answer.Bytes, "local", answered.Answer.Local)
	http.Redirect(w, r, "/received/"+url.PathEscape(answered.ID), http.StatusSeeOther)
}

// wayBack is the page of the request that a proof answers, to go on from.
func (s *Shop) wayBack(r *http.Request) string {
	if parsed, err := zkpass.ParseProofToken(r.PostFormValue("proof")); err == nil {
		if _, err := s.options.Store.request(r.Context(), parsed.Proof.DVRID); err == nil {
			return "/offer/" + parsed.Proof.DVRID
		}
	}
	return "/offer"
}

func (s *Shop) showReceived(w http.ResponseWriter, r *http.Request, c *customer) {
	all, err := s.options.Store.answered(r.Context(), c.Username)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "received", web.Say("received.title"), all)
}

// proofPage is the content of the page about one proof.
type proofPage struct {
	*request
	Proof   zkpass.Proof
	Signed  bool
	Members []member
}

// member is one member of a proof as the page shows it.
type member struct{ Name, Text string }

// mine returns an answered request of the customer.
func (s *Shop) mine(w http.ResponseWriter, r *http.Request, c *customer) (*request, []byte) {
	found, err := s.options.Store.request(r.Context(), r.PathValue("id"))
	if errors.Is(err, errNoDVR) || err == nil && (found.Customer != c.Username || found.Answer == nil) {
		s.notFound(w, r)
		return nil, nil
	}
	if err != nil {
		s.fail(w, r, err)
		return nil, nil
	}
	token, err := s.options.Store.proof(r.Context(), found.ID)
	if err != nil {
		s.fail(w, r, err)
		return nil, nil
	}
	return found, token
}

func (s *Shop) showProof(w http.ResponseWriter, r *http.Request, c *customer) {
	found, token := s.mine(w, r, c)
	if found == nil {
		return
	}
	p, err := newProofPage(found, token)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	title := "proof.title.yes"
	if !found.Answer.Result {
		title = "proof.title.no"
	}
	s.show(w, r, http.StatusOK, "proof", web.Say(title), p)
}

// newProofPage takes a proof token apart: every member it has, and no other.
func newProofPage(r *request, token []byte) (*proofPage, error) {
	parsed, err := zkpass.ParseProofToken(string(token))
	if err != nil {
		return nil, err
	}
	text, err := parsed.Proof.MarshalJSON()
	if err != nil {
		return nil, err
	}
	p := &proofPage{request: r, Proof: parsed.Proof, Signed: parsed.Signed()}
	members, err := jsonMembers(text)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if len(m.Text) > 400 {
			m.Text = m.Text[:100] + " … " + m.Text[len(m.Text)-20:]
		}
		p.Members = append(p.Members, m)
	}
	return p, nil
}

func (s *Shop) downloadProof(w http.ResponseWriter, r *http.Request, c *customer) {
	found, token := s.mine(w, r, c)
	if found == nil {
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="proof.txt"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(token)
}

// jsonMembers returns the members of an object in their order.
func jsonMembers(text []byte) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	var members []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		members = append(members, member{Name: name.(string), Text: string(value)})
	}
	return members, nil
}

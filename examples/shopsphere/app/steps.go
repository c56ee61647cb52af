package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// takeRequest takes a request from a partner's page. It comes from another site and
// so acts on no session: it makes a transaction, which belongs to the browser that
// follows to its page.
func (a *App) takeRequest(w http.ResponseWriter, r *http.Request) {
	q, err := a.readQuestion(r.Context(), r.PostFormValue("dvr"))
	if err != nil {
		var partner *Partner
		if q != nil {
			partner = &q.partner
		}
		a.refuseRequest(w, r, err, partner, "")
		return
	}
	t := a.transactions.add(q, a.now())
	if t == nil {
		a.show(w, r, http.StatusServiceUnavailable, "message", "Too many people at once", message{
			Text: "The app cannot take another request right now.", Do: "Go back to the shop and try again in some minutes.",
		})
		return
	}
	http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
}

// stepPage is the content of the pages of a transaction.
type stepPage struct {
	Partner Partner
	Asked   string // the request's title
	Path    string // of the transaction's pages

	Explanation *explanation // to be agreed to
	Service     *standing    // of the service; nil without one
	Step        string       // of proving
	Percent     int
	Done        *donePage
}

// donePage is about a proof.
type donePage struct {
	Proof, ResponseURI string
	Output             string
	Bytes              int
	Took               time.Duration
	Service            bool
	First              bool // the proof has not been sent from here yet
}

// maxTitle bounds the title of a request as it is shown, in bytes.
const maxTitle = 120

func (a *App) stepPage(t *transaction) stepPage {
	asked := t.dvr.DVR.Title
	if !plain.MatchString(asked) || len(asked) > maxTitle {
		asked = strconv.QuoteToASCII(asked[:min(len(asked), maxTitle)])
	}
	return stepPage{Partner: t.partner, Asked: asked, Path: RequestsPath + "/" + t.id}
}

// showTransaction shows the page for where the transaction stands.
func (a *App) showTransaction(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	now := t.look()
	switch {
	case now.state == declined:
		a.showDeclined(w, r, t)
	case now.state == proving:
		p := a.stepPage(t)
		p.Step, p.Percent = stepText(now.progress), percent(now.progress)
		a.show(w, r, http.StatusOK, "proving", "Making your proof", p)
	case now.state == proved:
		a.showDone(w, r, t, now)
	case now.state == failed && r.URL.Query().Get("again") == "":
		a.refuse(w, r, now.err, t)
	case t.expired(a.now()):
		a.refuse(w, r, zkpass.ErrExpired, t)
	case a.userFor(session, t.question) == nil:
		web.FormsTo(w, a.options.Issuer)
		a.show(w, r, http.StatusOK, "welcome", t.partner.Name+" has a question", a.stepPage(t))
	default:
		a.showConsent(w, r, a.userFor(session, t.question), t)
	}
}

func (a *App) showConsent(w http.ResponseWriter, r *http.Request, u *user, t *transaction) {
	// Nobody is to agree to what cannot be done.
	token, err := zkpass.ParseUserDataToken(u.idToken)
	if err == nil {
		err = token.Header.Algorithm.CheckProvable()
	}
	if err != nil {
		a.refuse(w, r, err, t)
		return
	}
	x, err := a.explain(t.question, u.idToken)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	p := a.stepPage(t)
	p.Explanation = x
	if a.options.Service != nil {
		p.Service = a.standing(r.Context())
		if errors.Is(t.look().err, errServiceDown) {
			p.Service.Wrong = "It did not answer just now."
		}
	}
	a.show(w, r, http.StatusOK, "consent", "What "+t.partner.Name+" asks", p)
}

// login sends the browser to the provider.
func (a *App) login(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	target, kept, err := a.party.begin(r.Context(), t.id, t.dvr.Claims.LoginNonce, a.now())
	if err != nil {
		a.refuse(w, r, errProviderDown, t)
		return
	}
	session.Update(func(v *visitor) { v.pending = kept })
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// callback takes the provider's answer.
func (a *App) callback(w http.ResponseWriter, r *http.Request) {
	session := a.visit(w, r)
	var kept *pending
	session.Update(func(v *visitor) { kept, v.pending = v.pending, nil })
	answer := r.URL.Query()
	if kept == nil || answer.Get("state") != kept.state || a.now().Sub(kept.begun) > loginLife {
		a.show(w, r, http.StatusBadRequest, "message", "This sign-in is over", message{
			Text: "It was begun in another browser, took longer than ten minutes, or was finished before.",
			Do:   "Go back to the shop that sent you and begin again there.",
		})
		return
	}
	t := a.transactions.get(kept.transaction, session.Data().owner, a.now())
	u, err := a.party.finish(r.Context(), kept, answer)
	if err != nil {
		a.options.Logger.Info("a login failed", "error", err)
		if !errors.Is(err, errLogin) {
			err = errProviderDown
		}
		a.refuse(w, r, err, t)
		return
	}
	a.sessions.Renew(w, r, visitor{owner: session.Data().owner, user: u})
	http.Redirect(w, r, RequestsPath+"/"+kept.transaction, http.StatusSeeOther)
}

// agree starts the proof that the customer has agreed to.
func (a *App) agree(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	u := a.userFor(session, t.question)
	if u == nil || t.expired(a.now()) {
		http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
		return
	}
	prover, service := a.own, false
	if r.PostFormValue("prover") == "service" && a.options.Service != nil {
		prover, service = a.options.Service, true
	}
	ctx, cancel := context.WithTimeout(a.stop, proveLife)
	if t.begin(service, cancel) {
		go func() {
			defer cancel()
			began := time.Now()
			proof, err := prover.Prove(ctx, t.token, u.idToken, t.report)
			if err != nil {
				a.options.Logger.Info("no proof was made", "service", service, "error", err)
			}
			t.end(proof, time.Since(began), err)
		}()
	} else {
		cancel()
	}
	http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
}

// proveLife is how long a proof may take, with waiting.
const proveLife = 3 * time.Minute

// showProgress answers the script of the page that shows progress.
func (a *App) showProgress(w http.ResponseWriter, r *http.Request, _ *web.Session[visitor], t *transaction) {
	now := t.look()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(map[string]any{
		"ended": now.state != proving, "step": stepText(now.progress), "percent": percent(now.progress),
	})
}

func percent(p Progress) int { return int(min(max(p.Fraction, 0), 1) * 100) }

// decline ends it. Nothing was sent to the partner, and nothing will be.
func (a *App) decline(w http.ResponseWriter, r *http.Request, _ *web.Session[visitor], t *transaction) {
	t.decline()
	http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
}

func (a *App) showDeclined(w http.ResponseWriter, r *http.Request, t *transaction) {
	a.show(w, r, http.StatusOK, "message", "You said no", message{
		Text: "Nothing was sent to " + t.partner.Name + ". They do not learn that you have a ShopSphere account, nor that you declined.",
		Do:   "You can go back to the shop and carry on without the answer.",
		Link: t.partner.Origin, LinkText: "Back to " + t.partner.Name, Calm: true,
	})
}

func (a *App) showDone(w http.ResponseWriter, r *http.Request, t *transaction, now snapshot) {
	parsed, err := zkpass.ParseProofToken(now.proof)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	p := a.stepPage(t)
	p.Done = &donePage{
		Proof: now.proof, ResponseURI: t.dvr.Claims.ResponseURI, Output: parsed.Proof.Output, Bytes: len(now.proof),
		Took: now.took, Service: now.service, First: t.handOver(),
	}
	web.FormsTo(w, t.partner.Origin)
	a.show(w, r, http.StatusOK, "done", "Your proof is ready", p)
}

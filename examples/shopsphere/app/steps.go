package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
		a.show(w, r, http.StatusServiceUnavailable, "message", web.Say("busy.title"), message{Key: "busy", Link: q.partner.Origin})
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
	Name        string       // of whose account it is
	Way         string       // who proves: page, server or service
	Attested    string       // of the service
	Plan        string       // of the page's script; empty if there is none
	Able        bool         // the browser would prove if it ran scripts
	Other       bool         // the customer wants to sign in with another account
	Stopped     bool         // the customer has stopped a proof
	Step        web.Sentence // of proving
	Percent     int
	ResponseURI string
	Done        *donePage
}

// donePage is about a proof.
type donePage struct {
	Proof   string
	Answer  []output
	Bytes   int
	Seconds string
	First   bool // the proof has not been sent from here yet
}

// maxTitle bounds the title of a request as it is shown, in bytes.
const maxTitle = 120

func (a *App) stepPage(t *transaction) stepPage {
	asked := t.dvr.DVR.Title
	if !plain.MatchString(asked) || len(asked) > maxTitle {
		asked = strconv.QuoteToASCII(asked[:min(len(asked), maxTitle)])
	}
	return stepPage{Partner: t.partner, Asked: asked, Path: RequestsPath + "/" + t.id, ResponseURI: t.dvr.Claims.ResponseURI}
}

// showTransaction shows the page for where the transaction stands.
func (a *App) showTransaction(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	now := t.look()
	asks := r.URL.Query()
	switch {
	case now.state == declined:
		a.showDeclined(w, r, t)
	case now.state == proving:
		p := a.stepPage(t)
		p.Step, p.Percent = web.Say(stepKey(now.progress)), percent(now.progress)
		a.show(w, r, http.StatusOK, "proving", web.Say("proving.title"), p)
	case now.state == proved:
		a.showDone(w, r, t, now)
	case now.state == failed && asks.Get("again") == "":
		a.refuse(w, r, now.err, t)
	case a.sdk != nil && asks.Get("problem") != "":
		a.refuse(w, r, problemOf(asks.Get("problem")), t)
	case t.expired(a.now()):
		a.refuse(w, r, zkpass.ErrExpired, t)
	case a.userFor(session, t.question) == nil:
		a.showWelcome(w, r, t)
	default:
		a.showConsent(w, r, a.userFor(session, t.question), t)
	}
}

// showWelcome has the customer sign in.
func (a *App) showWelcome(w http.ResponseWriter, r *http.Request, t *transaction) {
	p := a.stepPage(t)
	asks := r.URL.Query()
	p.Other = asks.Get("account") != ""
	p.Able = a.sdk != nil && asks.Get("server") == ""
	if p.Able {
		made, err := a.signInPlan(r, t)
		if err != nil {
			a.refuse(w, r, errProviderDown, t)
			return
		}
		p.Plan = plan(made)
	}
	web.FormsTo(w, a.options.Issuer)
	a.show(w, r, http.StatusOK, "welcome", web.Say("welcome.title", "partner", t.partner.Name), p)
}

// showConsent asks for consent to a proof that is not made in the browser.
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
	words := a.words.For(r)
	x, err := a.explain(words, t.question, u.idToken)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	p := a.stepPage(t)
	p.Explanation, p.Name, p.Stopped, p.Way, p.Able = x, u.name, t.look().stopped, "server", a.sdk != nil
	if a.options.Service != nil {
		if s := a.standing(r.Context()); !s.Wrong {
			p.Way, p.Attested = "service", s.Attested
		}
	}
	a.show(w, r, http.StatusOK, "consent", web.Say("consent.title", "partner", t.partner.Name), p)
}

// login sends the browser to the provider.
func (a *App) login(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	target, kept, err := a.party.begin(r.Context(), t.id, t.dvr.Claims.LoginNonce, r.PostFormValue("account") != "", a.now())
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
		a.show(w, r, http.StatusBadRequest, "message", web.Say("signinover.title"), message{Key: "signinover", Link: "/"})
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

// switchAccount signs the customer out and keeps the request.
func (a *App) switchAccount(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	a.sessions.Renew(w, r, visitor{owner: session.Data().owner})
	http.Redirect(w, r, RequestsPath+"/"+t.id+"?account=other", http.StatusSeeOther)
}

// agree starts the proof that the customer has agreed to: at the service if there is one,
// and on this server if there is none or it does not answer.
func (a *App) agree(w http.ResponseWriter, r *http.Request, session *web.Session[visitor], t *transaction) {
	u := a.userFor(session, t.question)
	if u == nil || t.expired(a.now()) {
		http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
		return
	}
	ctx, cancel := context.WithTimeout(a.stop, proveLife)
	if t.begin(cancel) {
		go func() {
			defer cancel()
			began := time.Now()
			proof, service, err := a.prove(ctx, t, u)
			if err != nil {
				a.options.Logger.Info("no proof was made", "service", service, "error", err)
			}
			t.end(proof, time.Since(began), service, err)
		}()
	} else {
		cancel()
	}
	http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
}

func (a *App) prove(ctx context.Context, t *transaction, u *user) (proof string, service bool, err error) {
	if a.options.Service != nil {
		proof, err = a.options.Service.Prove(ctx, t.token, u.idToken, t.report)
		if !errors.Is(err, errServiceDown) {
			return proof, true, err
		}
		a.options.Logger.Warn("the service does not prove; the app does", "error", err)
	}
	proof, err = a.own.Prove(ctx, t.token, u.idToken, t.report)
	return proof, false, err
}

// stopProving goes back to the question.
func (a *App) stopProving(w http.ResponseWriter, r *http.Request, _ *web.Session[visitor], t *transaction) {
	t.stop()
	http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
}

// proveLife is how long a proof may take, with waiting.
const proveLife = 3 * time.Minute

// showProgress answers the script of the page that shows progress.
func (a *App) showProgress(w http.ResponseWriter, r *http.Request, _ *web.Session[visitor], t *transaction) {
	now := t.look()
	step, err := a.words.For(r).T(stepKey(now.progress))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(map[string]any{"ended": now.state != proving, "step": step, "percent": percent(now.progress)})
}

func percent(p Progress) int { return int(min(max(p.Fraction, 0), 1) * 100) }

// decline ends it. Nothing was sent to the partner, and nothing will be.
func (a *App) decline(w http.ResponseWriter, r *http.Request, _ *web.Session[visitor], t *transaction) {
	t.decline()
	http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
}

func (a *App) showDeclined(w http.ResponseWriter, r *http.Request, t *transaction) {
	a.show(w, r, http.StatusOK, "message", web.Say("declined.title"), message{
		Key: "declined", Partner: t.partner.Name, Link: t.partner.Origin, Calm: true,
	})
}

func (a *App) showDone(w http.ResponseWriter, r *http.Request, t *transaction, now snapshot) {
	parsed, err := zkpass.ParseProofToken(now.proof)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	words := a.words.For(r)
	answer, err := outputsOf(words, []byte(parsed.Proof.Output))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	p := a.stepPage(t)
	p.Done = &donePage{
		Proof: now.proof, Answer: answer, Bytes: len(now.proof), Seconds: fmt.Sprintf("%.1f", now.took.Seconds()), First: t.handOver(),
	}
	p.Way = "server"
	if now.service {
		p.Way = "service"
	}
	title := "done.sent.title"
	if p.Done.First {
		title = "done.ready.title"
	}
	web.FormsTo(w, t.partner.Origin)
	a.show(w, r, http.StatusOK, "done", web.Say(title), p)
}

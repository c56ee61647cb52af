package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// errProviderDown means that ShopSphere's login cannot be reached.
var errProviderDown = errors.New("the OpenID provider does not answer")

// refusal is what a customer is told when there is no proof.
type refusal struct {
	err      error
	code     zkpass.ProblemCode // of the service, for the same reason
	status   int
	title    string
	text, do string
	again    bool // the customer may try again from the question
}

const backToShop = "Go back to the shop and begin again there."

// refusals are in the order in which errors are looked for.
var refusals = []refusal{
	{zkpass.ErrExpired, zkpass.ProblemExpired, http.StatusGone, "The request has expired",
		"It was good for some minutes only, and they are over.", "Go back to the shop and ask for a new one. The second time is quicker.", false},
	{errNotPartner, "", http.StatusForbidden, "We do not know who asks",
		"The request does not come from a shop that ShopSphere works with, or pretends to.",
		"Do not go on. If you came here from a shop that you trust, tell them.", false},
	{errOtherIssuer, "", http.StatusForbidden, "The request is not about ShopSphere",
		"It asks about accounts of another provider. This app has none of those.",
		"Go back to the shop and use the app of the provider that it asks about.", false},
	{errNoResponse, "", http.StatusBadRequest, "The request cannot be answered",
		"It does not say where the answer is to go.", "Tell the shop; there is nothing that you can do here.", false},
	{errForm, "", http.StatusBadRequest, "The request cannot be answered",
		"It asks for something other than a ShopSphere sign-in.", "Tell the shop; there is nothing that you can do here.", false},
	{errTooLong, "", http.StatusBadRequest, "The question is too long",
		"It cannot be shown to you in full, and you should not agree to what you cannot read.",
		"Tell the shop; there is nothing that you can do here.", false},
	{errLogin, "", http.StatusForbidden, "You are not signed in",
		"ShopSphere did not let you in, or you turned back.", "Sign in again.", true},
	{errProviderDown, "", http.StatusBadGateway, "ShopSphere’s sign-in does not answer",
		"Without signing in there is no proof.", "Try again in a minute.", true},
	{errServiceDown, "", http.StatusBadGateway, "The zkPass service does not answer",
		"So there is no proof yet. Nothing was sent to the shop.",
		"Try again in a minute, or choose to prove in this app, which needs no service.", true},
	{zkpass.ErrUnsupportedZKVM, "", http.StatusBadRequest, "This app is too old or too new",
		"The shop asks for a kind of proof that this app does not make.", "Update the app, or tell the shop.", false},
	{local.ErrMethodVersion, "", http.StatusConflict, "This app is too old or too new",
		"The shop’s version of zkPass and this app’s do not fit together.", "Update the app, or tell the shop.", false},
	{zkvm.ErrUnsupported, zkpass.ProblemUnsupported, http.StatusNotImplemented, "This cannot be proven yet",
		"ShopSphere signs with a kind of key that zkPass has no proofs for yet, or the question is beyond it.",
		"There is nothing that you can do here. You can carry on in the shop without the proof.", false},
	{zkpass.ErrUnprovable, "", http.StatusNotImplemented, "This cannot be proven yet",
		"ShopSphere signs with a kind of key that zkPass has no proofs for yet.",
		"There is nothing that you can do here. You can carry on in the shop without the proof.", false},
	{query.ErrUndisclosed, zkpass.ProblemUndisclosed, http.StatusForbidden, "The shop asks for too much",
		"It wants to see something in your account that ShopSphere has not cleared for that. So there is no proof.",
		"You need not do anything. You can carry on in the shop without it.", false},
	{query.ErrEval, zkpass.ProblemEvaluation, http.StatusUnprocessableEntity, "Your account has no answer",
		"The question is about something that your ShopSphere account does not have.",
		"Fill in your account at ShopSphere, sign in again and try once more.", true},
	{query.ErrCompile, zkpass.ProblemQuery, http.StatusBadRequest, "The request cannot be read",
		"The question in it is not a proper one.", "Tell the shop; there is nothing that you can do here.", false},
	{zkpass.ErrUnknownKey, zkpass.ProblemKeys, http.StatusConflict, "The keys do not fit together",
		"The request names a key that is not published, or not any more.", backToShop, false},
	{zkpass.ErrSignature, zkpass.ProblemSignature, http.StatusForbidden, "A signature is wrong",
		"The request, or your sign-in, is not signed by whom it should be. Somebody may have changed it on the way.",
		backToShop, false},
	{zkpass.ErrFetch, "", http.StatusBadGateway, "The shop does not answer",
		"To know who asks, the app needs the shop’s public key, and cannot get it right now.",
		"Go back to the shop and try again in a minute.", false},
	{zkpass.ErrMalformed, zkpass.ProblemTokens, http.StatusBadRequest, "There is no request here",
		"What the page before sent is not a request that can be read.", backToShop, false},
	{zkpass.ErrTooLarge, "", http.StatusBadRequest, "There is no request here",
		"What the page before sent is far too long.", backToShop, false},
	{context.DeadlineExceeded, zkpass.ProblemDeadline, http.StatusGatewayTimeout, "It took too long",
		"The proof was not made in time. Nothing was sent to the shop.", "Try again.", true},
}

// refusalPage is the content of the page that says why there is no proof.
type refusalPage struct {
	Text, Do string
	Again    string // where to try again; empty if that is no use
	Partner  *Partner
}

// refuse says why there is no proof for a transaction, which may be nil.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error, t *transaction) {
	if t == nil {
		a.refuseRequest(w, r, err, nil, "")
		return
	}
	again := ""
	if !t.expired(a.now()) {
		again = RequestsPath + "/" + t.id + "?again=yes"
	}
	a.refuseRequest(w, r, err, &t.partner, again)
}

// refuseRequest says why there is no proof: to a partner's request or, with nil, to
// one of unknown origin. again is where to try again, if that is of use.
func (a *App) refuseRequest(w http.ResponseWriter, r *http.Request, err error, partner *Partner, again string) {
	known := refusal{
		status: http.StatusInternalServerError, title: "There is no proof",
		text: "Something went wrong that should not. Nothing was sent to the shop.", do: "Try again in a minute.", again: true,
	}
	var problem *zkpass.Problem
	errors.As(err, &problem)
	for _, k := range refusals {
		if errors.Is(err, k.err) || problem != nil && k.code != "" && problem.Code == k.code {
			known = k
			break
		}
	}
	p := refusalPage{Text: known.text, Do: known.do, Partner: partner}
	if known.again {
		p.Again = again
	}
	a.options.Logger.Info("a request is refused", "reason", known.title)
	a.show(w, r, known.status, "refusal", known.title, p)
}

package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// errProviderDown means that ShopSphere's login cannot be reached.
var errProviderDown = errors.New("the OpenID provider does not answer")

// errBrowser means that the customer's browser could not prove.
var errBrowser = errors.New("the browser does not prove")

// refusal is what a customer is told when there is no proof: the sentences
// refuse.KEY.title, .text and .do.
type refusal struct {
	err    error
	code   zkpass.ProblemCode // of the service or the browser, for the same reason
	status int
	key    string
	again  bool // the customer may try again from the question
}

// refusals are in the order in which errors are looked for.
var refusals = []refusal{
	{zkpass.ErrExpired, zkpass.ProblemExpired, http.StatusGone, "expired", false},
	{errNotPartner, "", http.StatusForbidden, "stranger", false},
	{errOtherIssuer, "", http.StatusForbidden, "issuer", false},
	{errNoResponse, "", http.StatusBadRequest, "response", false},
	{errForm, "", http.StatusBadRequest, "kind", false},
	{errTooLong, "", http.StatusBadRequest, "long", false},
	{errLogin, "", http.StatusForbidden, "login", true},
	{errProviderDown, "", http.StatusBadGateway, "provider", true},
	{errServiceDown, "", http.StatusBadGateway, "service", true},
	{errBrowser, "", http.StatusOK, "browser", true},
	{zkpass.ErrUnsupportedZKVM, "", http.StatusBadRequest, "version", false},
	{local.ErrMethodVersion, "", http.StatusConflict, "version", false},
	{zkvm.ErrUnsupported, zkpass.ProblemUnsupported, http.StatusNotImplemented, "unsupported", false},
	{zkpass.ErrUnprovable, "", http.StatusNotImplemented, "unsupported", false},
	{query.ErrUndisclosed, zkpass.ProblemUndisclosed, http.StatusForbidden, "undisclosed", false},
	{query.ErrEval, zkpass.ProblemEvaluation, http.StatusUnprocessableEntity, "evaluation", true},
	{query.ErrCompile, zkpass.ProblemQuery, http.StatusBadRequest, "query", false},
	{zkpass.ErrUnknownKey, zkpass.ProblemKeys, http.StatusConflict, "keys", false},
	{zkpass.ErrSignature, zkpass.ProblemSignature, http.StatusForbidden, "signature", false},
	{zkpass.ErrFetch, "", http.StatusBadGateway, "fetch", false},
	{zkpass.ErrMalformed, zkpass.ProblemTokens, http.StatusBadRequest, "malformed", false},
	{zkpass.ErrTooLarge, "", http.StatusBadRequest, "large", false},
	{context.DeadlineExceeded, zkpass.ProblemDeadline, http.StatusGatewayTimeout, "deadline", true},
}

// refusalPage is the content of the page that says why there is no proof.
type refusalPage struct {
	Key     string // of the sentences
	Again   string // where to try again; empty if that is no use
	Server  string // the transaction's pages, if the server might prove instead of the browser
	Partner *Partner
}

// Say returns one of the sentences.
func (p refusalPage) Say(part string) web.Sentence { return web.Say("refuse." + p.Key + part) }

// refuse says why there is no proof for a transaction, which may be nil.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error, t *transaction) {
	if t == nil {
		a.refuseRequest(w, r, err, nil, "")
		return
	}
	path := ""
	if !t.expired(a.now()) {
		path = RequestsPath + "/" + t.id
	}
	a.refuseRequest(w, r, err, &t.partner, path)
}

// refuseRequest says why there is no proof: to a partner's request or, with nil, to
// one of unknown origin. path is of the transaction's pages, if there is one to go on with.
func (a *App) refuseRequest(w http.ResponseWriter, r *http.Request, err error, partner *Partner, path string) {
	known := refusal{status: http.StatusInternalServerError, key: "other", again: true}
	var problem *zkpass.Problem
	errors.As(err, &problem)
	for _, k := range refusals {
		if errors.Is(err, k.err) || problem != nil && k.code != "" && problem.Code == k.code {
			known = k
			break
		}
	}
	p := refusalPage{Key: known.key, Partner: partner}
	if known.again && path != "" {
		p.Again = path + "?again=yes"
	}
	if known.err == errBrowser {
		p.Server = path
	}
	a.options.Logger.Info("a request is refused", "reason", known.key)
	a.show(w, r, known.status, "refusal", p.Say(".title"), p)
}

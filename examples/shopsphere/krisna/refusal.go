package krisna

import (
	"errors"
	"net/http"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
	"github.com/zkpass-go/zkpass/verify"
)

// refusal is what a customer is told when a proof is refused: the sentences
// refuse.KEY.title, .text and .do.
type refusal struct {
	err    error
	status int
	key    string
}

// refusals are in the order in which errors are looked for.
var refusals = []refusal{
	{errOtherCustomer, http.StatusForbidden, "account"},
	{errNoDVR, http.StatusNotFound, "unknown"},
	{verify.ErrReplayed, http.StatusConflict, "used"},
	{verify.ErrExpired, http.StatusGone, "expired"},
	{verify.ErrStale, http.StatusGone, "stale"},
	{verify.ErrFuture, http.StatusBadRequest, "future"},
	{verify.ErrIssuerKey, http.StatusForbidden, "issuer"},
	{verify.ErrService, http.StatusForbidden, "maker"},
	{verify.ErrRequest, http.StatusBadRequest, "request"},
	{verify.ErrMethodVersion, http.StatusConflict, "version"},
	{verify.ErrProof, http.StatusBadRequest, "proof"},
	{zkpass.ErrMalformed, http.StatusBadRequest, "malformed"},
	{zkpass.ErrTooLarge, http.StatusBadRequest, "large"},
	{zkpass.ErrFetch, http.StatusBadGateway, "fetch"},
}

func (s *Shop) refuseProof(w http.ResponseWriter, r *http.Request, err error) {
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			s.options.Logger.Info("a proof was refused", "reason", known.key)
			key := "refuse." + known.key
			s.show(w, r, known.status, "message", web.Say(key+".title"), message{Key: key, Link: "/offer", LinkText: "offer", Proof: true})
			return
		}
	}
	s.fail(w, r, err)
}

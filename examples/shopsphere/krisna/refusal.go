package krisna

import (
	"errors"
	"net/http"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// refusal is what a customer is told when a proof is refused.
type refusal struct {
	err      error
	status   int
	title    string
	text, do string
}

// refusals are in the order in which errors are looked for.
var refusals = []refusal{
	{errOtherCustomer, http.StatusForbidden, "This proof is for another account",
		"It answers a request that we made for another customer, not for the one who is logged in here.",
		"If you have two accounts, log in with the one that you began with. Otherwise begin again from this account."},
	{errNoDVR, http.StatusNotFound, "We did not ask for this proof",
		"It answers a request that we have no record of.",
		"Begin at the offer here, so that the request is ours."},
	{verify.ErrReplayed, http.StatusConflict, "This proof was used already",
		"Each proof counts once, and this one was accepted before.",
		"If you have the discount, there is nothing to do. If not, begin again for a new request."},
	{verify.ErrExpired, http.StatusGone, "The request has expired",
		"You have ten minutes from pressing the button to coming back with the proof.",
		"Begin again; the second time is quicker."},
	{verify.ErrStale, http.StatusGone, "This proof is too old",
		"A proof must reach us within ten minutes of being made.",
		"Begin again for a new request."},
	{verify.ErrFuture, http.StatusBadRequest, "This proof bears a wrong time",
		"It says that it was made at a time that has not come yet.",
		"Check the clock of the device that made it, then begin again."},
	{verify.ErrIssuerKey, http.StatusForbidden, "This proof is not about a ShopSphere account",
		"It is about data that somebody other than ShopSphere has signed.",
		"Use the ShopSphere app, with your ShopSphere account."},
	{verify.ErrService, http.StatusForbidden, "We do not know who made this proof",
		"It is signed by a proving service that we do not take proofs from.",
		"Use the ShopSphere app as it is."},
	{verify.ErrRequest, http.StatusBadRequest, "This proof answers another question",
		"It was made for a request that was changed on the way.",
		"Begin again for a new request."},
	{verify.ErrMethodVersion, http.StatusConflict, "This proof was made with another version",
		"The app and the shop use versions of zkPass that do not fit together.",
		"Update the app, or try again later."},
	{verify.ErrProof, http.StatusBadRequest, "This proof does not hold",
		"It was changed after it was made, or never was a proof.",
		"Begin again for a new request."},
	{zkpass.ErrMalformed, http.StatusBadRequest, "This is not a proof",
		"What arrived cannot be read as a zkPass proof.",
		"Go back to the ShopSphere app and send the proof again."},
	{zkpass.ErrTooLarge, http.StatusBadRequest, "This is not a proof",
		"What arrived is larger than any proof.",
		"Go back to the ShopSphere app and send the proof again."},
	{zkpass.ErrFetch, http.StatusBadGateway, "We cannot check the proof right now",
		"A server whose public keys we need does not answer.",
		"Go back to the ShopSphere app and send the proof again in a minute. It stays good for ten."},
}

func (s *Shop) refuseProof(w http.ResponseWriter, r *http.Request, err error) {
	for _, known := range refusals {
		if errors.Is(err, known.err) {
			s.options.Logger.Info("a proof was refused", "reason", known.title)
			s.show(w, r, known.status, "message", known.title, message{
				Text: known.text, Do: known.do + " Your account is unchanged.", Link: "/offer", LinkText: "To the offer",
			})
			return
		}
	}
	s.fail(w, r, err)
}

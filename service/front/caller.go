package front

import (
	"errors"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// challenge is the answer to a caller that has not said who it is (RFC 7617).
const challenge = `Basic realm="zkpass", charset="UTF-8"`

// authenticate finds out who calls. If that is nobody, it has answered.
//
// Every key is looked up, so that nobody is locked out by wrong ones that come from
// his address, as from a proxy that many share. A wrong one counts against the address;
// one that had too many is told to wait. That costs whoever guesses nothing, and need
// not: secrets have 192 random bits.
func (x *exchange) authenticate() bool {
	name, secret, ok := x.r.BasicAuth()
	if !ok || len(x.r.Header.Values("Authorization")) != 1 {
		x.unauthorized()
		return false
	}
	now := x.now()
	key, err := apikey.Authenticate(x.r.Context(), x.apiKeys, name, secret, now)
	switch {
	case err == nil:
		x.key, x.secret = key, secret
		return true
	case errors.Is(err, apikey.ErrWrong):
		if wait, ok := x.wrong.take(x.address(), now); !ok {
			x.tooManyWrong(wait)
			return false
		}
		x.unauthorized()
	case x.clientGone():
		x.gone()
	default:
		x.logError("looking up an API key", err)
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "API keys cannot be checked at the moment")
	}
	return false
}

func (x *exchange) unauthorized() {
	x.w.Header().Set("WWW-Authenticate", challenge)
	x.refuse(http.StatusUnauthorized, zkpass.ProblemUnauthorized, "want a valid API key as user name and its secret as password of HTTP Basic")
}

func (x *exchange) tooManyWrong(wait time.Duration) {
	x.refuseFor(wait, http.StatusTooManyRequests, zkpass.ProblemRateLimited, "too many requests with a wrong API key from this address")
}

// mayUse checks the scope of the caller's key. If it lacks it, it has answered.
func (x *exchange) mayUse(scope string) bool {
	if x.key.Allows(scope) {
		return true
	}
	x.refuse(http.StatusForbidden, zkpass.ProblemForbidden, "the API key lacks the scope "+scope)
	return false
}

// enter admits a request of the caller, who calls leave in the end. If there are
// too many, it has answered and leave is nil.
func (x *exchange) enter() (leave func()) {
	leave, wait := x.callers.enter(x.key, x.now())
	if leave == nil {
		x.refuseFor(wait, http.StatusTooManyRequests, zkpass.ProblemRateLimited, "too many requests of this API key, a second or at once")
	}
	return leave
}

// admit finds out who calls and whether they may. If it cannot, it has answered and leave
// is nil; else leave is called in the end.
func (x *exchange) admit(scope string) (leave func()) {
	if !x.authenticate() || !x.mayUse(scope) {
		return nil
	}
	return x.enter()
}

// beginReading takes one of the places for bodies, of which each key has a part. If there
// is none, it has answered and done is nil; else done is called in the end.
func (x *exchange) beginReading() (done func()) {
	if done = x.callers.read(x.key); done == nil {
		x.refuseFor(retryBusy, http.StatusTooManyRequests, zkpass.ProblemRateLimited, "too many requests of this API key are being read at the moment")
	}
	return done
}

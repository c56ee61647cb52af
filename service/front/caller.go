package front

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
)

// challenge is the answer to a caller that has not said who it is (RFC 7617).
const challenge = `Basic realm="zkpass", charset="UTF-8"`

// authenticate finds out who calls. If that is nobody, it has answered.
//
// A wrong key counts against the address that it came from, and an address that
// had too many gets 429 before anything is looked up. Only callers whose key was
// good lately are then still served: somebody who sends wrong keys from an
// address that others share, such as a proxy's, locks none of them out.
func (x *exchange) authenticate() bool {
	name, secret, ok := x.r.BasicAuth()
	if !ok || len(x.r.Header.Values("Authorization")) != 1 {
		x.unauthorized()
		return false
	}
	now, address, pass := x.now(), x.address(), x.good.of(name, secret)
	if wait, spent := x.wrong.spent(address, now); spent && !x.good.has(pass, now) {
		x.tooManyWrong(wait)
		return false
	}
	key, err := apikey.Authenticate(x.r.Context(), x.apiKeys, name, secret, now)
	switch {
	case err == nil:
		x.good.add(pass, now)
		x.key, x.secret = key, secret
		return true
	case errors.Is(err, apikey.ErrWrong):
		x.good.drop(pass)
		if wait, ok := x.wrong.take(address, now); !ok {
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

// passFor is how long a key that was good is known to have been.
const passFor = time.Hour

// pass stands for a key with its secret.
type pass [sha256.Size]byte

// passes remembers which keys were good lately. It decides only who is looked up
// while an address has sent too many wrong keys; every pass is looked up.
type passes struct {
	seed [32]byte // so that nobody can prepare what to look for

	mu  sync.Mutex
	all recent[pass, time.Time]
}

func newPasses() *passes {
	p := &passes{all: newRecent[pass, time.Time](maxCallers)}
	rand.Read(p.seed[:])
	return p
}

func (p *passes) of(name, secret string) (is pass) {
	mac := hmac.New(sha256.New, p.seed[:])
	mac.Write([]byte(name + ":" + secret)) // a name has no colon
	mac.Sum(is[:0])
	return is
}

func (p *passes) has(is pass, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, ok := p.all.get(is)
	return ok && now.Sub(last) < passFor
}

func (p *passes) add(is pass, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all.put(is, now)
}

func (p *passes) drop(is pass) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all.drop(is)
}

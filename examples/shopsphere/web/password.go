package web

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// passwordCost makes one try cost some tens of milliseconds.
const passwordCost = 10

// HashPassword returns what a site keeps of a password.
func HashPassword(password string) ([]byte, error) {
	return bcrypt.GenerateFromPassword([]byte(password), passwordCost)
}

// nobody is compared with when there is no such user, so that the time an answer
// takes does not tell.
var nobody = sync.OnceValue(func() []byte {
	hash, err := HashPassword(RandomText())
	if err != nil {
		panic(err) // the password is short enough
	}
	return hash
})

// CheckPassword reports whether a password is the one that was hashed. A nil hash
// stands for a user that there is not, and costs as much.
func CheckPassword(hash []byte, password string) bool {
	if hash == nil {
		bcrypt.CompareHashAndPassword(nobody(), []byte(password))
		return false
	}
	return bcrypt.CompareHashAndPassword(hash, []byte(password)) == nil
}

// Bounds of [Throttle].
const (
	throttleTries   = 10
	throttleAddress = 50
	throttlePeriod  = time.Minute
	throttleLimit   = 10_000
)

// Throttle bounds how often an address may try passwords: ten wrong ones a minute for a
// user name, and fifty in all. It never locks a user out, nor those at the same address
// whom another's wrong passwords do not concern. The zero value is ready for use.
type Throttle struct {
	mu    sync.Mutex
	since time.Time
	wrong map[tries]int
}

// tries are those of an address for a user name, or all of them.
type tries struct{ address, username string }

// Allow reports whether the sender of a request may try.
func (t *Throttle) Allow(r *http.Request, username string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong == nil || now.Sub(t.since) > throttlePeriod || len(t.wrong) >= throttleLimit {
		t.wrong, t.since = make(map[tries]int), now
	}
	from := address(r)
	return t.wrong[tries{from, "of " + username}] < throttleTries && t.wrong[tries{from, ""}] < throttleAddress
}

// Wrong counts a wrong password.
func (t *Throttle) Wrong(r *http.Request, username string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong != nil {
		from := address(r)
		t.wrong[tries{from, "of " + username}]++
		t.wrong[tries{from, ""}]++
	}
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

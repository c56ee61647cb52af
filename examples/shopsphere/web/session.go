package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// How long sessions live and how many there may be.
const (
	sessionIdle  = 30 * time.Minute
	sessionLife  = 12 * time.Hour
	sessionLimit = 10_000
)

// RandomText returns 128 random bits in base64url.
func RandomText() string {
	var bits [16]byte
	rand.Read(bits[:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// Sessions keeps the sessions of one site in memory; they end with the process.
// The cookie holds a random secret, of which only the hash is kept. Set the fields
// before the first use; it is then safe for concurrent use.
type Sessions[T any] struct {
	// Name of the cookie. With Secure it gets the prefix __Host-.
	Name string
	// Secure is for sites on https.
	Secure bool
	// Now tells the time; nil stands for time.Now.
	Now func() time.Time

	mu  sync.Mutex
	all map[[sha256.Size]byte]*Session[T]
}

// Session is one browser's session.
type Session[T any] struct {
	// Token is the secret of the forms of this session.
	Token string

	key           [sha256.Size]byte
	created, used time.Time

	mu   sync.Mutex
	data T
}

// Data returns a copy of the session's data.
func (s *Session[T]) Data() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data
}

// Update changes the session's data.
func (s *Session[T]) Update(change func(*T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.data)
}

// Sent reports whether a form was made for this session.
func (s *Session[T]) Sent(r *http.Request) bool {
	return s != nil && subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(s.Token)) == 1
}

// Get returns the session of a request, or nil if it has none.
func (s *Sessions[T]) Get(r *http.Request) *Session[T] {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return nil
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.all[sha256.Sum256([]byte(cookie.Value))]
	if session == nil {
		return nil
	}
	if session.over(now) {
		delete(s.all, session.key)
		return nil
	}
	session.used = now
	return session
}

// Open returns the session of a request and begins one if there is none.
func (s *Sessions[T]) Open(w http.ResponseWriter, r *http.Request) *Session[T] {
	if session := s.Get(r); session != nil {
		return session
	}
	var none T
	return s.begin(w, r, none)
}

// Renew replaces the session of a request, if it has one, by one with another
// secret and the data given. It belongs to every change of who is logged in, so that a secret
// known before is worth nothing afterwards.
func (s *Sessions[T]) Renew(w http.ResponseWriter, r *http.Request, data T) *Session[T] {
	if old := s.Get(r); old != nil {
		s.mu.Lock()
		delete(s.all, old.key)
		s.mu.Unlock()
	}
	return s.begin(w, r, data)
}

func (s *Sessions[T]) begin(w http.ResponseWriter, r *http.Request, data T) *Session[T] {
	secret := RandomText()
	now := s.now()
	session := &Session[T]{Token: RandomText(), key: sha256.Sum256([]byte(secret)), created: now, used: now, data: data}
	s.mu.Lock()
	if s.all == nil {
		s.all = make(map[[sha256.Size]byte]*Session[T])
	}
	s.makeRoom(now)
	s.all[session.key] = session
	s.mu.Unlock()
	cookie := &http.Cookie{
		Name: s.cookieName(), Value: secret, Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	}
	http.SetCookie(w, cookie)
	// Whoever looks later in the same request finds the new session, too.
	others := r.Cookies()
	r.Header.Del("Cookie")
	r.AddCookie(cookie)
	for _, other := range others {
		if other.Name != cookie.Name {
			r.AddCookie(other)
		}
	}
	return session
}

// makeRoom drops the sessions that are over and, if that is not enough, the one
// that was not used for longest.
func (s *Sessions[T]) makeRoom(now time.Time) {
	if len(s.all) < sessionLimit {
		return
	}
	var oldest *Session[T]
	for key, session := range s.all {
		if session.over(now) {
			delete(s.all, key)
		} else if oldest == nil || session.used.Before(oldest.used) {
			oldest = session
		}
	}
	if len(s.all) >= sessionLimit {
		delete(s.all, oldest.key)
	}
}

func (s *Session[T]) over(now time.Time) bool {
	return now.Sub(s.used) > sessionIdle || now.Sub(s.created) > sessionLife
}

func (s *Sessions[T]) cookieName() string {
	if s.Secure {
		return "__Host-" + s.Name
	}
	return s.Name
}

func (s *Sessions[T]) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

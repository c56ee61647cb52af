package front

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/zkpass-go/zkpass/service/apikey"
)

// maxRemembered bounds half of what a map of strangers holds.
const maxRemembered = 16 << 10

// recent is a map that forgets what was not used for long, so that strangers
// cannot make it grow: it holds two generations, each of at most max entries.
type recent[K comparable, V any] struct {
	max              int
	current, earlier map[K]V
}

func newRecent[K comparable, V any](max int) recent[K, V] {
	return recent[K, V]{max: max, current: make(map[K]V)}
}

func (m *recent[K, V]) get(key K) (V, bool) {
	value, ok := m.current[key]
	if !ok {
		if value, ok = m.earlier[key]; ok {
			m.put(key, value)
		}
	}
	return value, ok
}

func (m *recent[K, V]) put(key K, value V) {
	if _, ok := m.current[key]; !ok && len(m.current) >= m.max {
		m.earlier, m.current = m.current, make(map[K]V)
	}
	m.current[key] = value
}

// limiters is a limit on a rate for each of many callers.
type limiters[K comparable] struct {
	limit rate.Limit
	burst int

	mu  sync.Mutex
	all recent[K, *rate.Limiter]
}

func newLimiters[K comparable](limit float64, burst int) *limiters[K] {
	return &limiters[K]{limit: rate.Limit(limit), burst: burst, all: newRecent[K, *rate.Limiter](maxRemembered)}
}

// take counts one event. It reports how long to wait if that is one too many.
func (l *limiters[K]) take(key K, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	limiter, found := l.all.get(key)
	if !found {
		limiter = rate.NewLimiter(l.limit, l.burst)
		l.all.put(key, limiter)
	}
	l.mu.Unlock()
	return takeToken(limiter, now)
}

func takeToken(limiter *rate.Limiter, now time.Time) (time.Duration, bool) {
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	return untilToken(limiter, now), false
}

func untilToken(limiter *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - limiter.TokensAt(now)
	return time.Duration(min(math.Max(missing, 0)/float64(limiter.Limit()), 3600) * float64(time.Second))
}

// callers is what the API keys do at a time. Keys are made by administrators, so
// that there are not too many.
type callers struct {
	limits Limits

	mu      sync.Mutex
	all     map[string]*caller
	reading int // bodies in memory
}

type caller struct {
	limiter *rate.Limiter
	running int
	reading int // of those running, how many have a body in memory
	last    time.Time
}

// callers that do nothing are forgotten when there are more than maxCallers.
const (
	maxCallers  = 4096
	forgetAfter = 10 * time.Minute
)

func newCallers(limits Limits) *callers {
	return &callers{limits: limits, all: make(map[string]*caller)}
}

// enter admits a request of a key. leave must be called when it has been
// answered; it is nil for a request that has to wait.
func (c *callers) enter(key *apikey.Key, now time.Time) (leave func(), wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := c.all[key.Key]
	if who == nil {
		c.forget(now)
		who = &caller{limiter: c.limiter(key)}
		c.all[key.Key] = who
	}
	who.last = now
	if wait, ok := takeToken(who.limiter, now); !ok {
		return nil, wait
	}
	if who.running >= c.limits.AtOnce {
		return nil, time.Second
	}
	who.running++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		who.running--
	}, 0
}

// read gives a request that was admitted leave to read its body. done must be called
// when the body is not needed any more; it is nil if the key has as many as are free.
// However many keys have bodies that come slowly, there is place for those of another:
// n keys get n parts of n+1 (Choudhury and Hahne, 1998, for buffers of switches).
func (c *callers) read(key *apikey.Key) (done func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	who := c.all[key.Key]
	if who.reading >= max(1, c.limits.Bodies-c.reading) {
		return nil
	}
	who.reading++
	c.reading++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		who.reading--
		c.reading--
	}
}

// limiter has the key's own limits where it has some.
func (c *callers) limiter(key *apikey.Key) *rate.Limiter {
	limit, burst := c.limits.Requests, c.limits.RequestsBurst
	if key.Rate > 0 {
		limit, burst = key.Rate, max(1, int(min(2*key.Rate, 1<<20)))
	}
	if key.Burst > 0 {
		burst = key.Burst
	}
	return rate.NewLimiter(rate.Limit(limit), burst)
}

func (c *callers) forget(now time.Time) {
	if len(c.all) < maxCallers {
		return
	}
	for name, who := range c.all {
		if who.running == 0 && now.Sub(who.last) >= forgetAfter {
			delete(c.all, name)
		}
	}
}

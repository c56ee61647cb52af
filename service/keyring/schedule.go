package keyring

import (
	"cmp"
	"slices"
	"time"
)

// When keys change, unless [Options] say otherwise.
const (
	// DefaultPeriod is how long a key is in use.
	DefaultPeriod = 90 * 24 * time.Hour
	// DefaultAhead is how long a key is published before it is used: as long as
	// clients may cache a JWKS.
	DefaultAhead = 24 * time.Hour
	// DefaultRetain is how long a signing key stays published after its use has
	// ended. A proof token that it signed last waits for its owner for the
	// lifetime of results (1 h) and then for its verifier for the verifier's ttl
	// (10 min); the rest is room for longer settings of both and for wrong clocks.
	DefaultRetain = 48 * time.Hour
	// MinRetain is the least that Options.Retain may be.
	MinRetain = 24 * time.Hour
	// AcceptOld is how long after its use a key for encryption is accepted from
	// clients that cache the JWKS.
	AcceptOld = 24 * time.Hour
	// deleteMargin is for clocks of front ends, which date jobs, that are behind.
	deleteMargin = time.Hour
)

// use is what a key is for, as in the member "use" of a JWK.
type use string

const (
	signing    use = "sig"
	encryption use = "enc"
)

// stamp is what is known of a key beside the key itself.
type stamp struct {
	number  int       // counts up for each use; part of the file's name
	created time.Time // of the file
	active  time.Time // from here on it is in use
	// breaks tells that all keys with smaller numbers are not to be trusted from
	// active on: they may have leaked.
	breaks bool
}

// state is where a key stands.
type state int

const (
	next state = iota
	current
	old     // signing: published; encryption: accepted
	kept    // encryption only: for jobs in the queue, neither published nor accepted
	expired // to be deleted
)

// standing is a state with the time when the key's use ended, zero before.
type standing struct {
	state
	ended time.Time
}

// timing is what Options say of times.
type timing struct{ period, ahead, retain time.Duration }

// queue is what is known of jobs that have not ended.
type queue struct {
	known  bool
	oldest time.Time // when the oldest was accepted; zero if there is none
}

// stand tells where each key of one use stands at a time. It is a pure function;
// the order of keys does not matter.
func (t timing) stand(u use, keys []stamp, now time.Time, jobs queue) []standing {
	all := make([]standing, len(keys))
	sound := trusted(keys, now)
	at := inUse(keys, sound, now)
	for n, i := range sound {
		switch {
		case n > at:
			all[i] = standing{state: next}
		case n == at:
			all[i] = standing{state: current}
		default:
			all[i] = t.past(u, keys[sound[n+1]].active, now, jobs)
		}
	}
	for i := range keys {
		if ended, is := broken(keys, i, now); is {
			all[i] = standing{expired, ended}
			if u == encryption {
				all[i].state = afterUse(ended, now, jobs)
			}
		}
	}
	return all
}

// trusted returns the indices of the keys that are not broken, in the order in
// which they come into use.
func trusted(keys []stamp, now time.Time) []int {
	var order []int
	for i := range keys {
		if _, is := broken(keys, i, now); !is {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(keys[a].active.Compare(keys[b].active), cmp.Compare(keys[a].number, keys[b].number))
	})
	return order
}

// inUse returns which of the keys in order is in use: the last whose time has
// come. If the clock was set back there may be none; then it is the first.
func inUse(keys []stamp, order []int, now time.Time) int {
	at := 0
	for n, i := range order {
		if !keys[i].active.After(now) {
			at = n
		}
	}
	return at
}

// broken tells whether a later key says that a key may have leaked, and since
// when that counts.
func broken(keys []stamp, i int, now time.Time) (since time.Time, is bool) {
	for _, k := range keys {
		if k.breaks && k.number > keys[i].number && !now.Before(k.active) && (!is || k.active.Before(since)) {
			since, is = k.active, true
		}
	}
	return since, is
}

// past is the standing of a key whose use has ended.
func (t timing) past(u use, ended, now time.Time, jobs queue) standing {
	if u == signing {
		if now.Before(ended.Add(t.retain)) {
			return standing{old, ended}
		}
		return standing{expired, ended}
	}
	last := ended.Add(AcceptOld)
	if now.Before(last) {
		return standing{old, ended}
	}
	return standing{afterUse(last, now, jobs), ended}
}

// afterUse tells whether a key for encryption that no client may use since last
// is needed for jobs in the queue.
func afterUse(last, now time.Time, jobs queue) state {
	safe := last.Add(deleteMargin)
	if !jobs.known || now.Before(safe) || !jobs.oldest.IsZero() && jobs.oldest.Before(safe) {
		return kept
	}
	return expired
}

// due tells whether a key must be made at a time, and when its use begins.
func (t timing) due(keys []stamp, now time.Time) (active time.Time, isDue bool) {
	if len(keys) == 0 {
		return now, true // nobody has cached a JWKS yet
	}
	order := trusted(keys, now)
	last := keys[order[len(order)-1]].active
	if now.Before(last.Add(t.period - t.ahead)) {
		return time.Time{}, false
	}
	active = last.Add(t.period)
	if soonest := now.Add(t.ahead); active.Before(soonest) {
		active = soonest // nobody was there to make it in time
	}
	return active, true
}

// nextChange returns when the standings of keys may change by the clock alone
// after a time; zero if never.
func (t timing) nextChange(keys []stamp, now time.Time) time.Time {
	var soonest time.Time
	for _, k := range keys {
		for _, at := range []time.Time{k.active, k.active.Add(t.retain), k.active.Add(AcceptOld)} {
			if at.After(now) && (soonest.IsZero() || at.Before(soonest)) {
				soonest = at
			}
		}
	}
	return soonest
}

// Package freshness is how long a key set that was fetched is used, and how often one is
// asked for: the rules for key sets of issuers, verifiers and services alike.
package freshness

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	FetchTimeout = 5 * time.Second
	MinAge       = time.Minute    // at the least, a key set is used this long
	MaxAge       = 24 * time.Hour // at the most
	DefaultAge   = 5 * time.Minute
	MaxStale     = 24 * time.Hour   // that a set at hand is used longer while it cannot be refreshed
	FailureWait  = 10 * time.Second // between two fetches that fail
)

// Times returns how long a response is used, by its Cache-Control and Age (RFC
// 9111, section 4.2), and how much longer if it then cannot be had anew (RFC 5861).
func Times(header http.Header) (age, stale time.Duration) {
	age, stale = DefaultAge, MaxStale
	directives := strings.Split(strings.Join(header.Values("Cache-Control"), ","), ",")
	for _, directive := range directives {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			age = 0
		case "max-age":
			if d, ok := deltaSeconds(value); ok && age > 0 {
				age = d
			}
		case "stale-if-error":
			if d, ok := deltaSeconds(value); ok {
				stale = min(d, MaxStale)
			}
		}
	}
	if spent, ok := deltaSeconds(header.Get("Age")); ok {
		age -= spent
	}
	return min(max(age, MinAge), MaxAge), stale
}

// deltaSeconds reads a number of seconds; one that is too large is a very long time.
func deltaSeconds(text string) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(strings.Trim(text, `" `), 10, 31)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return time.Duration(seconds) * time.Second, true
}

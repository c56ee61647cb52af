package verify

import "time"

// SetSince makes a store believe that so much time has passed in the process.
func (s *MemoryStore) SetSince(passed time.Duration) {
	s.since = func(time.Time) time.Duration { return passed }
}

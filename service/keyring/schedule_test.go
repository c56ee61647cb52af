package keyring

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

var (
	start    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	standard = timing{period: DefaultPeriod, ahead: DefaultAhead, retain: DefaultRetain}
	drained  = queue{known: true}
)

// at is a key whose use begins some time after start.
func at(number int, active time.Duration) stamp {
	return stamp{number: number, created: start, active: start.Add(active)}
}

func states(standings []standing) []state {
	var list []state
	for _, s := range standings {
		list = append(list, s.state)
	}
	return list
}

func TestStand(t *testing.T) {
	two := []stamp{at(1, 0), at(2, 90*day)}
	leaked := []stamp{at(1, 0), at(2, 90*day), {number: 3, active: start.Add(89 * day), breaks: true}}
	since := func(d time.Duration) queue { return queue{known: true, oldest: start.Add(d)} }
	for name, tt := range map[string]struct {
		use  use
		keys []stamp
		now  time.Duration
		jobs queue
		want []state
	}{
		"alone":                           {signing, two[:1], 0, drained, []state{current}},
		"alone, years later":              {signing, two[:1], 2000 * day, drained, []state{current}},
		"alone, clock set back":           {signing, two[:1], -day, drained, []state{current}},
		"next":                            {signing, two, 90*day - 1, drained, []state{current, next}},
		"next, clock set back":            {signing, two, -day, drained, []state{current, next}},
		"changed":                         {signing, two, 90 * day, drained, []state{old, current}},
		"signed last may be verified":     {signing, two, 92*day - 1, drained, []state{old, current}},
		"all it signed has expired":       {signing, two, 92 * day, drained, []state{expired, current}},
		"jobs need no signing key":        {signing, two, 92 * day, queue{}, []state{expired, current}},
		"order of files does not matter":  {signing, []stamp{two[1], two[0]}, 90 * day, drained, []state{current, old}},
		"cached JWKS":                     {encryption, two, 91*day - 1, drained, []state{old, current}},
		"cached JWKS is too old":          {encryption, two, 91 * day, drained, []state{kept, current}},
		"clocks of front ends":            {encryption, two, 91*day + time.Hour - 1, drained, []state{kept, current}},
		"queue empty":                     {encryption, two, 91*day + time.Hour, drained, []state{expired, current}},
		"queue unknown":                   {encryption, two, 300 * day, queue{}, []state{kept, current}},
		"a job needs it":                  {encryption, two, 300 * day, since(91 * day), []state{kept, current}},
		"a job that may need it":          {encryption, two, 300 * day, since(91*day + time.Hour - 1), []state{kept, current}},
		"jobs are newer":                  {encryption, two, 300 * day, since(91*day + time.Hour), []state{expired, current}},
		"before the leak":                 {signing, leaked, 89*day - 1, drained, []state{current, next, next}},
		"leaked, signing":                 {signing, leaked, 89 * day, drained, []state{expired, expired, current}},
		"leaked, next one never used":     {signing, leaked, 95 * day, drained, []state{expired, expired, current}},
		"leaked, encryption":              {encryption, leaked, 89 * day, drained, []state{kept, kept, current}},
		"leaked, queue drained":           {encryption, leaked, 89*day + time.Hour, drained, []state{expired, expired, current}},
		"leaked, queue not drained":       {encryption, leaked, 99 * day, since(89 * day), []state{kept, kept, current}},
		"leaked twice in the same moment": {signing, []stamp{at(1, 0), {number: 2, active: start, breaks: true}, {number: 3, active: start, breaks: true}}, 0, drained, []state{expired, expired, current}},
	} {
		if got := states(standard.stand(tt.use, tt.keys, start.Add(tt.now), tt.jobs)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestDue(t *testing.T) {
	broken := []stamp{at(1, 0), at(2, 90*day), {number: 3, active: start.Add(10 * day), breaks: true}}
	for name, tt := range map[string]struct {
		keys  []stamp
		now   time.Duration
		want  time.Duration
		isDue bool
	}{
		"no key":                     {nil, 0, 0, true},
		"new":                        {[]stamp{at(1, 0)}, 0, 0, false},
		"a moment too early":         {[]stamp{at(1, 0)}, 89*day - 1, 0, false},
		"a day before its end":       {[]stamp{at(1, 0)}, 89 * day, 90 * day, true},
		"service was away":           {[]stamp{at(1, 0)}, 200 * day, 201 * day, true},
		"next is there":              {[]stamp{at(1, 0), at(2, 90*day)}, 89*day + 1, 0, false},
		"last one counts":            {[]stamp{at(2, 90*day), at(1, 0)}, 179 * day, 180 * day, true},
		"leaked keys do not count":   {broken, 98 * day, 0, false},
		"period counts from the new": {broken, 99 * day, 100 * day, true},
		"before the leak all counts": {broken, 9 * day, 0, false},
	} {
		active, isDue := standard.due(tt.keys, start.Add(tt.now))
		if isDue != tt.isDue || isDue && !active.Equal(start.Add(tt.want)) {
			t.Errorf("%s: got %s, %t", name, active.Sub(start), isDue)
		}
	}
}

// TestYear follows keys through a year of looking once an hour: somebody always
// has a key to use, nobody meets one that was not published for a day, and what was
// used last stays for as long as it must.
func TestYear(t *testing.T) {
	for _, u := range []use{signing, encryption} {
		keys := []stamp{at(1, 0)}
		inUse, published, lastUse, gone := map[int]int{}, map[int]time.Time{}, map[int]time.Time{}, map[int]time.Time{}
		for now := start; now.Before(start.Add(365 * day)); now = now.Add(time.Hour) {
			if active, due := standard.due(keys, now); due {
				keys = append(keys, stamp{number: len(keys) + 1, created: now, active: active})
			}
			used := 0
			for i, s := range standard.stand(u, keys, now, drained) {
				number := keys[i].number
				if _, known := published[number]; !known {
					published[number] = now
				}
				switch s.state {
				case current:
					used++
					inUse[number]++
					lastUse[number] = now
				case expired:
					if gone[number].IsZero() {
						gone[number] = now
					}
				}
			}
			if used != 1 {
				t.Fatalf("%s: %d keys in use at %s", u, used, now)
			}
		}
		if len(keys) != 5 {
			t.Errorf("%s: %d keys in a year, want 5", u, len(keys))
		}
		for _, k := range keys[:4] {
			if hours := inUse[k.number]; hours != 90*24 {
				t.Errorf("%s: key %d in use for %d hours", u, k.number, hours)
			}
		}
		for _, k := range keys[1:] {
			if ahead := k.active.Sub(published[k.number]); ahead != day {
				t.Errorf("%s: key %d published %s ahead", u, k.number, ahead)
			}
		}
		least := map[use]time.Duration{signing: DefaultRetain, encryption: AcceptOld + deleteMargin}[u]
		for number, at := range gone {
			if kept := at.Sub(lastUse[number].Add(time.Hour)); kept < least || kept > least+time.Hour {
				t.Errorf("%s: key %d kept for %s, want %s", u, number, kept, least)
			}
		}
		if len(gone) != 4 {
			t.Errorf("%s: %d keys gone in a year, want 4", u, len(gone))
		}
	}
}

// Whatever the keys and the time, exactly one is in use, and none that may have
// leaked.
func TestStandAlwaysHasOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var keys []stamp
		for number := range rapid.IntRange(1, 6).Draw(t, "keys") {
			k := at(number+1, time.Duration(rapid.IntRange(-10, 10).Draw(t, "active"))*day)
			k.breaks = rapid.Bool().Draw(t, "breaks")
			keys = append(keys, k)
		}
		now := start.Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "now")) * day)
		jobs := queue{known: rapid.Bool().Draw(t, "known")}
		u := rapid.SampledFrom([]use{signing, encryption}).Draw(t, "use")
		used := 0
		for i, s := range standard.stand(u, keys, now, jobs) {
			if s.state == current {
				used++
			}
			for _, k := range keys[i+1:] {
				if k.breaks && !now.Before(k.active) && s.state < kept {
					t.Errorf("key %d counts, though key %d says it has leaked", keys[i].number, k.number)
				}
			}
		}
		if used != 1 {
			t.Errorf("%d keys in use", used)
		}
		if active, due := standard.due(keys, now); due && active.Before(now.Add(standard.ahead)) {
			t.Errorf("a key would be used %s after it is made", active.Sub(now))
		}
	})
}

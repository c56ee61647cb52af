package reference

import (
	"errors"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// cases is the number of random cases: ZKPASS_CASES, or a million where
// ZKPASS_LONG is set.
func cases(t testing.TB) int {
	if text := os.Getenv("ZKPASS_CASES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("ZKPASS_CASES: want a positive number")
		}
		return n
	}
	if os.Getenv("ZKPASS_LONG") != "" {
		return 1_000_000
	}
	return 4_000
}

// firstSeed is the seed of the first random case: ZKPASS_SEED, to run others than
// before.
func firstSeed(t testing.TB) uint64 {
	text := os.Getenv("ZKPASS_SEED")
	if text == "" {
		return 1
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("ZKPASS_SEED: want a number")
	}
	return n
}

func TestRandom(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // much is made, little is kept
	n, first, workers := cases(t), firstSeed(t), runtime.GOMAXPROCS(0)
	kinds, forms := make([]map[Kind]int, workers), make([]map[string]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		kinds[w], forms[w] = map[Kind]int{}, map[string]int{}
		wg.Go(func() {
			for seed := first + uint64(w); seed < first+uint64(n) && !t.Failed(); seed += uint64(workers) {
				s := subjectFrom(seed)
				want, diff, err := s.disagreement()
				if errors.Is(err, ErrTooManyWays) {
					want.Kind = "not decided"
				} else if err != nil {
					t.Error(err)
				}
				kinds[w][want.Kind]++
				if want.Kind == Result {
					s.tally(forms[w])
				}
				if diff != "" {
					t.Errorf("seed %d: %s\n%s", seed, diff, s.asCase())
				}
			}
		})
	}
	wg.Wait()
	total := map[Kind]int{}
	for _, k := range kinds {
		for kind, count := range k {
			total[kind] += count
		}
	}
	for _, form := range seldom {
		count := 0
		for w := range workers {
			count += forms[w][form]
		}
		if t.Logf("%8d with %s and a result", count, form); count*2000 < n {
			t.Errorf("%d of %d cases have %s and a result", count, n, form)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%8d %s", total[kind], kind)
	}
	// Cases that all end alike compare little.
	for _, kind := range []Kind{Result, Compile, Malformed, Evaluation, Undisclosed} {
		if total[kind]*200 < n {
			t.Errorf("%d of %d cases end as %s", total[kind], n, kind)
		}
	}
}

// seldom are the forms that random cases with a result must have, once in
// 2,000 cases.
var seldom = append(slices.Clone(contains), "get_time", `"is"`, "fraction", "long array", "escaped name", "long string")

// tally counts which of the forms a subject has.
func (s *subject) tally(forms map[string]int) {
	for _, form := range append(slices.Clone(contains), "get_time") {
		if strings.Contains(s.query, `"`+form+`"`) {
			forms[form]++
		}
	}
	if strings.Contains(s.query, `"is"`) {
		forms[`"is"`]++
	}
	var walk func(n *node)
	walk = func(n *node) {
		if n.kind == "number" && strings.Contains(n.raw, ".") {
			forms["fraction"]++
		}
		if n.kind == "string" && len(n.raw) > 256 && len(n.text) <= 256 {
			forms["long string"]++
		}
		if len(n.elems) > 32 {
			forms["long array"]++
		}
		for _, name := range n.names {
			if strings.Contains(name.raw, `\`) {
				forms["escaped name"]++
			}
		}
		for _, inner := range slices.Concat(n.members, n.elems) {
			walk(inner)
		}
	}
	for _, d := range s.docs {
		walk(tree(d.Payload, 16))
	}
}

func FuzzAgreement(f *testing.F) {
	for _, c := range readCases(f, "../../testdata/cases.json") {
		if s := c.subject(f); len(s.docs) == 1 && len(s.query) < 3000 {
			for tag, d := range s.docs {
				f.Add(s.query, tag, d.Payload, d.JWT, s.now)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text, tag, payload string, jwt bool, now int64) {
		if tag != "" {
			tag = "bank"
		}
		s := subject{query: text, docs: map[string]Document{tag: {Payload: payload, JWT: jwt}}, now: now}
		if _, diff, err := s.disagreement(); err == nil && diff != "" {
			t.Fatal(diff)
		}
	})
}

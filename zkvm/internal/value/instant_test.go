package value

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
)

// agreeOnTime holds the gadget against package query for one string.
func agreeOnTime(t testing.TB, text string) {
	t.Helper()
	want, ok := query.ParseTime(text)
	leafOf := stringLeaf(t, text)
	a := machinetest.New(t, func(m *machine.Machine) {
		i := leafOf(m).InstantOf(m)
		if m.Wiring() {
			m.ZeroForm("is", m.Add(i.Is.R, m.Public(ok)))
		} else {
			m.ZeroForm("is", 0)
			if i.Is.V != ok {
				t.Errorf("%q: a time %v, want %v", text, i.Is.V, ok)
			}
		}
		if ok {
			c := ConstantInteger(m, want)
			m.ZeroForm("seconds", m.Add(i.Seconds.Packed, c.Packed))
		}
	})
	if label := a.Check(t, nil); label != "" {
		t.Errorf("%q: %s", text, label)
	}
}

// edgeTimes are times of every form, at their limits, and what is none.
var edgeTimes = []string{
	"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59z", "2026-03-01t12:00:00Z", "2026-03-01T12:00:00.1Z", "2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00.1234567890Z",
	"2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00-00:00", "2026-03-01T12:00:00+23:59", "2026-03-01T12:00:00-23:59", "2026-03-01T12:00:00.000000001-07:30", "2026-03-01T12:00:00.9+07:30",
	"0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z",
	"2026-03-01T24:00:00Z", "2026-03-01T20:00:00Z", "2026-03-01T19:59:59Z", "2026-03-01T30:00:00Z", "2026-03-01T23:60:00Z", "2026-03-01T23:59:60Z", "2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00+12:60",
	"2026-03-01T12:00:00", "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00.5", "2026-03-01T12:00:00.5z", "2026-03-01 12:00:00Z", "2026/03/01T12:00:00Z", "2026-03-01T12:00:00ZZ", "2026-03-01T12:00:00+0700",
	"2026-03-01T12:00:00+07:0", "2026-03-01T12:00:00+07:000", "2026-03-01T12.00.00Z", "2026-03-01T12:00Z", "", "Z", "2026-03-01", "x026-03-01T12:00:00Z", "2026-03-01T1a:00:00Z", "2026-03-01T12:00:00\u221207:00",
}

func TestTimeEdges(t *testing.T) {
	for _, text := range edgeTimes {
		agreeOnTime(t, text)
	}
}

func TestTimeRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	for range rounds {
		text := randomTime(r)
		if r.IntN(4) == 0 { // one character is another one
			at := r.IntN(len(text))
			text = text[:at] + string("0129-:TtZz+. "[r.IntN(13)]) + text[at+1:]
		}
		agreeOnTime(t, text)
	}
}

func randomTime(r *rand.Rand) string {
	text := fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", 1+r.IntN(9999), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60))
	if r.IntN(2) == 0 {
		text += "." + fmt.Sprintf("%09d", r.IntN(1_000_000_000))[:1+r.IntN(9)]
	}
	if r.IntN(3) == 0 {
		return text + "Z"
	}
	return text + fmt.Sprintf("%c%02d:%02d", "+-"[r.IntN(2)], r.IntN(24), r.IntN(60))
}

// TestTimeBitsAreBound changes every secret that is not uniform, one at a time: where
// the string is a time, each is bound.
func TestTimeBitsAreBound(t *testing.T) {
	texts := []string{"2024-02-29T23:59:59.123456789-07:30", "1969-12-31t20:00:00z", "2026-03-01T12:00:00.5+01:00", "0001-01-01T09:10:11Z"}
	if testing.Short() {
		texts = texts[:1]
	}
	for _, text := range texts {
		leafOf := stringLeaf(t, text)
		a := machinetest.New(t, func(m *machine.Machine) {
			i := leafOf(m).InstantOf(m)
			m.ZeroForm("is", m.Not(i.Is.R))
		})
		for k := range a.Shape.Bits + a.Shape.Symbols {
			if a.Check(t, map[int]elem{k: field.Add(a.Secrets[k], one)}) == "" {
				t.Errorf("%s: secret %d is not bound", text, k)
			}
		}
	}
}

// TestTimeLies commits one wrong thing of a time and all that follows from it: the
// rule that says so must break, and no proof that the string is another time is left.
func TestTimeLies(t *testing.T) {
	const text = "2024-02-29T20:05:09.25-07:30"
	good := readClock(stringLeaf(t, text)(&machine.Machine{Fill: true}))
	if want, _ := query.ParseTime(text); !good.Is || good.Seconds != want || good.Zone != "-07:30" || good.Fraction != "25" {
		t.Fatalf("clock %+v", good)
	}
	for name, c := range map[string]struct {
		change func(*clock)
		label  string
	}{
		"another second":         {func(c *clock) { c.Second++; c.Seconds++ }, "time"},
		"another day":            {func(c *clock) { c.Date.Day--; c.Seconds -= 86400 }, "time"},
		"another fraction":       {func(c *clock) { c.Fraction = "26" }, "time"},
		"no fraction":            {func(c *clock) { c.Fraction = "" }, "time"},
		"a longer fraction":      {func(c *clock) { c.Fraction = "250" }, "time"},
		"another sign":           {func(c *clock) { c.Zone = "+07:30"; c.Seconds -= 2 * (7*3600 + 30*60) }, "time"},
		"no offset":              {func(c *clock) { c.Zone, c.Offset = "Z", [2]int{}; c.Seconds -= 7*3600 + 30*60 }, "time"},
		"Z with an offset":       {func(c *clock) { c.Zone = "Z"; c.Seconds -= 2 * (7*3600 + 30*60) }, "offset of no zone"},
		"a small t":              {func(c *clock) { c.SmallT = true }, "time"},
		"other seconds":          {func(c *clock) { c.Seconds++ }, "value of a time"},
		"the offset not counted": {func(c *clock) { c.Seconds -= 7*3600 + 30*60 }, "value of a time"},
		"seconds 2^38 away":      {func(c *clock) { c.Seconds -= 1 << 38 }, "value of a time"},
		"hour 24":                {func(c *clock) { c.Hour = 24; c.Seconds += 4 * 3600 }, "hour within the day"},
		"hour 30":                {func(c *clock) { c.Hour = 30; c.Seconds += 10 * 3600 }, "tens of hours"},
		"minute 60":              {func(c *clock) { c.Minute = 60; c.Seconds += 55 * 60 }, "tens of minutes"},
		"second 60":              {func(c *clock) { c.Second = 60; c.Seconds += 51 }, "tens of seconds"},
		"offset of 24 hours":     {func(c *clock) { c.Offset[0] = 24; c.Seconds += 17 * 3600 }, "hour within the day"},
		"29 February 2023":       {func(c *clock) { c.Date.Year = 2023; c.Seconds -= 366 * 86400 }, "29 February of a common year"},
	} {
		leafOf := stringLeaf(t, text)
		claim := good
		c.change(&claim)
		a := machinetest.New(t, func(m *machine.Machine) {
			i := leafOf(m).layInstant(m, claim)
			m.ZeroForm("is", m.Not(i.Is.R))
		})
		label := a.Check(t, nil)
		if label != c.label {
			t.Errorf("%s: violation %q, want %q", name, label, c.label)
		}
	}
	// A string that is none of the text: the bit alone does not make it one.
	claim := good
	a := machinetest.New(t, func(m *machine.Machine) {
		l := stringLeaf(t, text)(m)
		l.IsString = m.Fixed(false)
		l.layInstant(m, claim)
	})
	if label := a.Check(t, nil); label != "time" {
		t.Errorf("no string: %q", label)
	}
}

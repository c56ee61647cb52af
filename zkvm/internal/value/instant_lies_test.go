package value

import (
	"testing"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
)

// TestTimeLiesOfBits commits what no reading of a time gives: strings that are no times, and
// another time than the string's, are claimed, and one rule alone stands against it.
func TestTimeLiesOfBits(t *testing.T) {
	read := func(text string) clock {
		c := readClock(stringLeaf(t, text)(&machine.Machine{Fill: true}))
		if !c.Is {
			t.Fatalf("%q is no time", text)
		}
		return c
	}
	// bitsOf are the committed bits in which two readings differ, of one string.
	bitsOf := func(a, b clock) (at []int) {
		a.Seconds, b.Seconds = 0, 0
		leafOf := stringLeaf(t, "")
		secrets := func(c clock) []elem {
			return machinetest.New(t, func(m *machine.Machine) { leafOf(m).layInstant(m, c) }).Secrets
		}
		other := secrets(b)
		for i, v := range secrets(a) {
			if v != other[i] {
				at = append(at, i)
			}
		}
		return at
	}
	with := func(c clock, change func(*clock)) clock {
		change(&c)
		return c
	}
	z := read("2024-02-29T12:00:00Z")
	minus, plus := read("2024-02-29T20:05:09-07:30"), read("2024-02-29T20:05:09+07:30")
	smallZ := bitsOf(z, with(z, func(c *clock) { c.Zone = "z" }))
	sign := bitsOf(minus, plus)[:1] // the rest are the bits that a minus turns
	eight := bitsOf(with(z, func(c *clock) { c.Hour = 10 }), with(z, func(c *clock) { c.Hour = 18 }))
	if len(smallZ) != 1 || len(eight) != 1 {
		t.Fatalf("bits %v, %v", smallZ, eight)
	}
	for name, c := range map[string]struct {
		text  string
		claim clock
		bits  []int // that are committed otherwise
		label string
	}{
		"a sign with another bit": {"2024-02-29T20:05:09\x0b07:30", plus, smallZ, "letter of a zone"},
		// The seconds of the time with the other sign.
		"an offset that counts the other way": {"2024-02-29T20:05:09-07:30", plus, sign, "offset with a minus"},
		"hour 1:":                             {"2024-02-29T1::00:00Z", with(z, func(c *clock) { c.Seconds += 8 * 3600 }), eight, "digit of a time"},
		// Of digits with a gap each run has the zone after it, one upon the other.
		"a fraction with a gap": {"2024-02-29T12:00:00.5ZHx", with(z, func(c *clock) { c.Fraction = "5\x000" }), nil, "fraction without a gap"},
	} {
		if seconds, is := query.ParseTime(c.text); is && seconds == c.claim.Seconds {
			t.Fatalf("%s: it is true", name)
		}
		leafOf := stringLeaf(t, c.text)
		a := machinetest.New(t, func(m *machine.Machine) {
			l := leafOf(m)
			if m.Wiring() { // decoded, where it has escapes
				l.Text = m.Scale(m.TextFingerprint(`"`+c.text+`"`), l.Start)
			}
			i := l.layInstant(m, c.claim)
			m.ZeroForm("is", m.Not(i.Is.R))
		})
		changes := map[int]elem{}
		for _, k := range c.bits {
			changes[k] = field.Add(a.Secrets[k], one)
		}
		if label := a.Check(t, changes); label != c.label {
			t.Errorf("%s: violation %q, want %q", name, label, c.label)
		}
	}
}

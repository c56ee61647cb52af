package value

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
)

// agreeOnNumber holds the gadget against package document for one number.
func agreeOnNumber(t testing.TB, text string) {
	t.Helper()
	leafOf := scalarLeaf(t, text)
	number := leafOf(&machine.Machine{})
	want, err := number.Source.Doc.Decimal(number.At.Node)
	ok := err == nil
	a := machinetest.New(t, func(m *machine.Machine) {
		l := leafOf(m)
		l.layNumber(m, text, true)
		if m.Wiring() {
			m.ZeroForm("kind", m.Add(l.IsNumber.R, m.Public(ok)))
		} else {
			m.ZeroForm("kind", 0)
			if l.IsNumber.V != ok {
				t.Errorf("%s: may be used %v, want %v", text, l.IsNumber.V, ok)
			}
		}
		if ok {
			c := ConstantNumber(m, want)
			m.ZeroForm("value", m.Add(l.Number.Packed, c.Packed))
		}
	})
	if label := a.Check(t, nil); label != "" {
		t.Errorf("%s: %s", text, label)
	}
}

// edgeNumbers are at the limits of what may be used, and past them.
var edgeNumbers = []string{
	"0", "-0", "0.0", "-0.0", "1", "-1", "1.0", "-1.0", "1.5", "-1.5", "0.1", "-0.1", "0.000000001", "-0.000000001", "0.0000000001", "1.0000000010", "1.00000000100000000000000000000",
	"9223372036854775807", "9223372036854775807.999999999", "9223372036854775808", "9223372036854775807.9999999990", "9223372036854775807.9999999999", "9223372036854775808.0",
	"-9223372036854775808", "-9223372036854775808.0", "-9223372036854775808.000000001", "-9223372036854775807.999999999", "-9223372036854775809", "18446744073709551616", "99999999999999999999",
	"0." + strings.Repeat("0", 30), "0." + strings.Repeat("0", 31), "-0." + strings.Repeat("0", 29), "-0." + strings.Repeat("0", 30), "10." + strings.Repeat("0", 29), "10." + strings.Repeat("0", 30),
	"9223372036854775807." + strings.Repeat("0", 12), "9223372036854775807." + strings.Repeat("0", 13), "-9223372036854775808." + strings.Repeat("0", 11), "-9223372036854775808." + strings.Repeat("0", 12),
	"1e0", "1E2", "1.5e1", "-1e-1", "0e0", "1795870500.172277", "0.1234567890", "0.12345678901", "1" + strings.Repeat("0", 31), "1" + strings.Repeat("0", 32), "1.000000000000000000000000000001",
}

func TestNumberEdges(t *testing.T) {
	for _, text := range edgeNumbers {
		agreeOnNumber(t, text)
	}
}

func TestNumberRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	for range rounds {
		agreeOnNumber(t, randomNumber(r))
	}
}

// randomNumber is a JSON number, mostly one that may be used.
func randomNumber(r *rand.Rand) string {
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789"[r.IntN(10)]
		}
		return string(b)
	}
	text := fmt.Sprint(1+r.IntN(9)) + digits(r.IntN(19))
	if r.IntN(4) == 0 {
		text = "0"
	}
	if r.IntN(2) == 0 {
		text += "." + digits(1+r.IntN(10)) + strings.Repeat("0", r.IntN(14))
	}
	if r.IntN(2) == 0 {
		text = "-" + text
	}
	if r.IntN(20) == 0 {
		text += "e1"
	}
	return text
}

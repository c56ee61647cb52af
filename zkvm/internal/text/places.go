package text

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Decoded text where it stands: of the values of a group (package value), and of
// all names (package search).
//
// Let inside mark the bytes of some tokens, between any two of which at least one
// byte lies. Character j of what the token that starts at byte p says belongs to
// position p + j; as decoding never makes a text longer, it lies in the token. So a
// committed vector d of characters takes the place of the bytes as they are written.
//
// Byte i belongs to position i less the number of bytes from the token's start to i
// that emit nothing. With γ as in units.go and
//
//	skip_i = inside_i·(1 + emits_i),
//	lag_{i+1} + (1 + 1/γ)·skip_i = (inside_i + (1 + 1/γ)·skip_i)·lag_i,  lag_0 = 0,
//
// 1 + lag_i is 1/γ to that number inside a token: a byte that is inside and emits
// leaves it, one that is silent divides it by γ, and one outside makes it 1. So each
// token starts anew. The characters are right if
//
//	Π_i (1 + act_i·(1 + α + unit_i + θ·γ^i·(1 + lag_i) + θ²·upper_i)) =
//	Π_i (1 + present_i·(1 + α + d_i + θ·γ^i + θ²·upper'_i)),
//
// where act = inside + skip. As γ has order 2^16 - 1, above the number of positions,
// γ^i tells them apart, and equal products have equal factors: present is 1 at the
// positions that bytes belong to, d and upper' are theirs there and 0 elsewhere. It
// is no matter of a guard, as it can be proven of every document.
//
// That present is a bit matters: with another value its factor, of d = 0, could take
// the place of characters. The bits of d need not be bits, as only their packed form
// is read, which is forced.
//
// It assumes that inside and units are right, and errs for 2n values of α and θ. It
// costs, for n byte positions, 10n bits, n symbols (of 16 bits), 3n rows, 2n/J published
// values, J the factors of a chunk, and two forms of them; with folding n bits more. Units are shared, see units.go.

// Decoded is decoded text where it stands.
type Decoded struct {
	Present    []ref // [a character belongs to position i]
	Characters []ref // 0 where none does
	Letters    []ref // with folding: [it is one of A to Z]
}

// Trace is what the prover knows of it: which bytes are inside.
type Trace struct {
	inside []bool
	Units  []json.Unit // of the document, then moved to their places
	silent []bool      // it is inside and emits nothing
}

// TracePlaces moves what the bytes inside emit to their places.
func TracePlaces(u *Emitted, inside []bool) Trace {
	c := Trace{inside, make([]json.Unit, len(inside)), make([]bool, len(inside))}
	to := 0
	for i, in := range inside {
		switch {
		case !in:
			to = i + 1
		case u.Values[i].Emits:
			c.Units[to] = u.Values[i]
			to++
		default:
			c.silent[i] = true
		}
	}
	return c
}

// DecodePlaces lays out the decoded text of the tokens that inside marks. what they
// are stands in the labels.
func (s *Source) DecodePlaces(m *machine.Machine, what string, inside []ref, c Trace, folds bool) Decoded {
	n := s.Size()
	u := s.Units(m)
	var upper []ref
	d := Decoded{make([]ref, n), make([]ref, n), nil}
	if folds {
		upper, d.Letters = s.UnitCase(m), make([]ref, n)
	}

	back := field.Inv(UnitStep)
	less := field.Add(one, back)
	written := make([]factor, n)
	lag, lagged, power := m.Zero(), elem{}, one
	for i := range n {
		skip := m.Derived(c.silent[i])
		m.Row("byte of "+what+" that emits nothing", inside[i], m.Not(u.Emits[i]), skip)
		written[i] = Entry(m, m.Add(inside[i], skip), u.Packed[i], IndexForm{power, power, lag}, machine.Slice(upper, i, i+1))
		power = field.Mul(power, UnitStep)
		if i+1 == n {
			break
		}
		switch {
		case !c.inside[i]:
			lagged = elem{}
		case c.silent[i]:
			lagged = field.Add(field.Mul(back, lagged), less)
		}
		next, down := m.Symbol(lagged), m.Scale(less, skip) // a symbol of 16 bits
		m.Row("place of a byte of "+what, m.Add(inside[i], down), lag, m.Add(next, down))
		lag = next
	}

	read := make([]factor, n)
	power = one
	for i, v := range c.Units {
		d.Present[i] = m.Bit(v.Emits) // must be a bit, see above
		var bits [8]ref
		for b := range bits {
			bits[b] = m.Derived(v.Byte>>b&1 == 1)
		}
		d.Characters[i] = m.Pack(bits[:])
		nothing := d.Characters[i]
		var letter []ref
		if folds {
			d.Letters[i] = m.Derived(IsUpper(v.Byte))
			letter = d.Letters[i : i+1]
			nothing = m.Together(nothing, d.Letters[i])
		}
		m.Row("no character outside of "+what, m.Not(d.Present[i]), nothing, m.Zero())
		read[i] = Entry(m, d.Present[i], d.Characters[i], IndexForm{At: power}, letter)
		power = field.Mul(power, UnitStep)
	}
	m.Risk(2 * n) // the products' total degree
	m.ZeroForm("decoded characters of "+what, m.Add(m.ProductForm(n, written), m.ProductForm(n, read)))
	return d
}

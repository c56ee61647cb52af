package zkvm

import (
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Decoded text where it stands: of the values of a group (itemescapes.go), and of
// all names (names.go).
//
// Let inside mark the bytes of some tokens, between any two of which at least one
// byte lies. Character j of what the token that starts at byte p says belongs to
// position p + j; as decoding never makes a text longer, it lies in the token. So a
// committed vector d of characters takes the place of the bytes as they are written.
//
// Byte i belongs to position i less the number of bytes from the token's start to i
// that emit nothing. With γ as in escapes.go and
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
// values, J the factors of a chunk, and two forms of them; with folding n bits more. Units are shared, see escapes.go.

// decoded is decoded text where it stands.
type decoded struct {
	present    []ref // [a character belongs to position i]
	characters []ref // 0 where none does
	letters    []ref // with folding: [it is one of A to Z]
}

// placeTrace is what the prover knows of it: which bytes are inside.
type placeTrace struct {
	inside []bool
	units  []json.Unit // of the document, then moved to their places
	silent []bool      // it is inside and emits nothing
}

func tracePlaces(u *unitRefs, inside []bool) placeTrace {
	c := placeTrace{inside, make([]json.Unit, len(inside)), make([]bool, len(inside))}
	to := 0
	for i, in := range inside {
		switch {
		case !in:
			to = i + 1
		case u.values[i].Emits:
			c.units[to] = u.values[i]
			to++
		default:
			c.silent[i] = true
		}
	}
	return c
}

// decodePlaces lays out the decoded text of the tokens that inside marks. what they
// are stands in the labels.
func (s *source) decodePlaces(m *machine.Machine, what string, inside []ref, c placeTrace, folds bool) decoded {
	n := s.size()
	u := s.units(m)
	var upper []ref
	d := decoded{make([]ref, n), make([]ref, n), nil}
	if folds {
		upper, d.letters = s.unitCase(m), make([]ref, n)
	}

	back := field.Inv(unitStep)
	less := field.Add(one, back)
	written := make([]factor, n)
	lag, lagged, power := m.Zero(), elem{}, one
	for i := range n {
		skip := m.Derived(c.silent[i])
		m.Row("byte of "+what+" that emits nothing", inside[i], m.Not(u.emits[i]), skip)
		written[i] = entry(m, m.Add(inside[i], skip), u.packed[i], indexForm{power, power, lag}, machine.Slice(upper, i, i+1))
		power = field.Mul(power, unitStep)
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
	for i, v := range c.units {
		d.present[i] = m.Bit(v.Emits) // must be a bit, see above
		var bits [8]ref
		for b := range bits {
			bits[b] = m.Derived(v.Byte>>b&1 == 1)
		}
		d.characters[i] = m.Pack(bits[:])
		nothing := d.characters[i]
		var letter []ref
		if folds {
			d.letters[i] = m.Derived(isUpper(v.Byte))
			letter = d.letters[i : i+1]
			nothing = m.Together(nothing, d.letters[i])
		}
		m.Row("no character outside of "+what, m.Not(d.present[i]), nothing, m.Zero())
		read[i] = entry(m, d.present[i], d.characters[i], indexForm{at: power}, letter)
		power = field.Mul(power, unitStep)
	}
	m.Risk(2 * n) // the products' total degree
	m.ZeroForm("decoded characters of "+what, m.Add(m.ProductForm(n, written), m.ProductForm(n, read)))
	return d
}

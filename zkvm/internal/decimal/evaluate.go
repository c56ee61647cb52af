package decimal

import "github.com/zkpass-go/zkpass/zkvm/internal/json"

// Place is what is committed of the place of one byte.
type Place struct {
	There   bool
	Residue int // modulo 30; 0 if there is none
	Bad     bool
}

// AppendBits appends the bits of a place as the circuit takes them.
func (p Place) AppendBits(dst []bool) []bool {
	for k := range U {
		dst = append(dst, p.There && p.Residue%U == k)
	}
	for k := range V {
		dst = append(dst, p.There && p.Residue%V == k)
	}
	return append(dst, p.Bad)
}

// Places are those of all bytes of a document, from the rows of its trace but the last
// one, which has only a state.
func Places(rows []json.Row) []Place {
	n := len(rows) - 1
	places := make([]Place, n)
	part := func(i int) json.Part { return rows[i+1].State.Mode.Part() }
	at := func(i int) Place { // of no byte there is none
		if i < 0 || i >= n {
			return Place{}
		}
		return places[i]
	}
	for i := n - 1; i >= 0; i-- {
		after, p := at(i+1), &places[i]
		switch part(i) {
		case json.Integer:
			*p = Place{There: true, Residue: units}
			if after.There {
				p.Residue = mod(after.Residue+1, cycle)
			}
		case json.Fraction: // its place comes below
			p.There = rows[i].X != '0' || after.There
		case json.Point:
			if after.There {
				*p = Place{There: true, Residue: dot}
			}
		case json.Minus:
			*p = after
		}
	}
	for i := range places {
		if part(i) == json.Fraction && places[i].There {
			places[i].Residue = mod(at(i-1).Residue-1, cycle)
		}
	}
	for i := n - 1; i >= 0; i-- {
		p := part(i)
		bad := p == json.Exponent || places[i].There && places[i].Residue == outside
		places[i].Bad = p != json.NoNumber && (bad || at(i+1).Bad)
	}
	return places
}

// Order is what is committed of one byte for one literal.
type Order struct{ Less, Greater bool }

// Orders are those of all bytes of a document, from the rows of its trace and Places.
func Orders(rows []json.Row, places []Place, l *Literal) []Order {
	orders := make([]Order, len(places))
	for i := len(places) - 1; i >= 0; i-- {
		p, row := places[i], &rows[i]
		if !p.There {
			continue
		}
		var after Order
		follows := i+1 < len(places) && places[i+1].There
		if follows {
			after = orders[i+1]
		}
		orders[i] = l.order(p.Residue, row.X, row.Flags.Value, follows, after)
	}
	return orders
}

// order is that of a byte with a place.
func (l *Literal) order(residue int, x byte, first, follows bool, after Order) Order {
	entry := l.table[residue]
	o := after
	if !follows {
		o = Order{Less: after.Less != (entry>>entryRest&1 == 1), Greater: after.Greater}
	}
	digit := x>>4&1 == 1
	if digit && x&15 != entry&15 {
		o = Order{x&15 < entry&15, x&15 > entry&15}
	}
	if !first {
		return o
	}
	if entry>>entryAbove&1 == 1 {
		o = Order{Less: true}
	}
	switch {
	case digit && l.Negative:
		return Order{Greater: true}
	case !digit:
		return Order{l.Below != (l.Past && o.Greater), l.Negative && o.Less}
	}
	return o
}

package zkvm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// node is a JSON value that is generated, and kept in a form that can be
// repaired and written.
type node struct {
	kind    document.Kind
	text    string // of a scalar, as it is written
	members []valueMember
	elems   []*node
}

type valueMember struct {
	name    string // decoded
	written string // with its quotes
	value   *node
}

// scribe draws documents.
type scribe struct{ *rand.Rand }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// often is true with the given chance in a hundred.
func (s scribe) often(percent int) bool { return s.IntN(100) < percent }

var (
	names = []string{"a", "b", "c", "d", "k", "_a", "A", "é", "a b", "a.b", "", "dd", "\x7f", "data"}
	// strings that look like members, like other values, and like each other
	texts = []string{"x", "X", "xy", "xY", "", "1", "true", "null", "é", "É", "日本", "𝄞", "[", "[\\]^_`{|}@", "{", ",", ":", "a:1", "  x", "x ", "-1", "\x7f", "longer text", "AZaz", "azAZ", "@Z[z`{", "@z[Z`{"}
	// around the evaluation time, 13 February 2026; some are dates in two formats
	dates = []string{"2000-02-29", "2026-02-13", "2026.02.14", "2008/02/13", "2008-02-14", "0001-01-01", "9999-12-31", "12/02/2008", "13.02.2008", "02-14-2008", "1900-02-29"}
	// escapes are texts that cannot be written without one, and ones that can.
	escapes   = []string{`\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`, `\u0041`, `\u00e9`, `\ud834\udd1e`, `\u0000`, `x\"a\":1,`, `\\\"`}
	integers  = []string{"0", "-0", "1", "-1", "5", "7", "9", "10", "-10", "65", "100", "255", "256", "1771000000", "9223372036854775807", "-9223372036854775808", "4294967296", "-4294967297", "1234567890123456789", "-1000000000000000000"}
	oversized = []string{"9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999", "340282366920938463463374607431768211455", "100000000000000000001"}
	exponents = []string{"1e2", "1E-2", "0e0", "12.5e+3", "-1e0"}
	decimals  = []string{
		"1.0", "0.0", "-0.0", "-0.5", "0.5", "1.5", "1.50", "5.000000001", "-1.000", "0.000000001", "-0.000000001", "1771000000.25", "9223372036854775807.999999999", "-9223372036854775808.0",
		"-9223372036854775808.5", "1.000000000000000000000000000000", "1.0000000000000000000000000000000", "0.0000000001", "0.1234567890", "9.99", "10.01",
	}
	times = []string{"2026-02-13T16:26:40Z", "2026-02-13t17:26:40.5+01:00", "2026-02-13T16:26:41-00:00", "1969-12-31T23:59:59.999999999Z", "2024-02-29T00:00:00z", "2026-02-29T00:00:00Z", "2016-12-31T23:59:60Z", "9999-12-31T23:59:59-23:59"}
)

func quoted(text string) string { return string(document.AppendString(nil, text)) }

// escaped writes a name or text with an escape that it does not need.
func escaped(text string) string {
	if r, size := utf8.DecodeRuneInString(text); size > 0 && r < 0x10000 {
		return fmt.Sprintf(`"\u%04X%s`, r, quoted(text[size:])[1:])
	}
	return `"` + pick(rand.New(rand.NewPCG(1, uint64(len(text)))), escapes) + quoted(text)[1:]
}

func (s scribe) scalar() *node {
	switch n := s.IntN(100); {
	case n < 38:
		switch {
		case s.often(22):
			return &node{kind: document.String, text: quoted(pick(s.Rand, dates))}
		case s.often(12):
			return &node{kind: document.String, text: quoted(pick(s.Rand, times))}
		}
		return &node{kind: document.String, text: quoted(pick(s.Rand, texts))}
	case n < 42:
		return &node{kind: document.String, text: `"` + pick(s.Rand, escapes) + quoted(pick(s.Rand, texts))[1:]}
	case n < 44:
		return &node{kind: document.String, text: escaped(pick(s.Rand, texts))}
	case n < 60:
		return &node{kind: document.Number, text: pick(s.Rand, integers)}
	case n < 70:
		return &node{kind: document.Number, text: pick(s.Rand, decimals)}
	case n < 72:
		return &node{kind: document.Number, text: strconv.FormatInt(int64(s.Uint64()), 10)}
	case n < 75:
		return &node{kind: document.Number, text: pick(s.Rand, oversized)}
	case n < 78:
		return &node{kind: document.Number, text: pick(s.Rand, exponents)}
	case n < 87:
		return &node{kind: document.True, text: "true"}
	case n < 96:
		return &node{kind: document.False, text: "false"}
	}
	return &node{kind: document.Null, text: "null"}
}

func (s scribe) value(depth int) *node {
	switch n := s.IntN(100); {
	case n < 12 && depth > 0:
		return s.object(depth - 1)
	case n < 26 && depth > 0:
		return s.list(depth - 1)
	case n < 30 && depth > 0:
		v := &node{kind: document.Array}
		for range s.IntN(4) {
			v.elems = append(v.elems, s.value(depth-1))
		}
		return v
	}
	return s.scalar()
}

// list is an array whose elements are mostly alike: strings, integers, booleans, or
// objects of a few members.
func (s scribe) list(depth int) *node {
	v := &node{kind: document.Array}
	kind, named := s.IntN(7), []string{pick(s.Rand, names), pick(s.Rand, names)}
	for range s.IntN(5) {
		e := s.scalar()
		switch {
		case s.often(5):
			e = s.value(depth)
		case kind < 3:
			for e.kind != document.String {
				e = s.scalar()
			}
			if s.often(40) {
				e = &node{kind: document.String, text: escaped(pick(s.Rand, texts))}
			}
		case kind < 4:
			e = &node{kind: document.Number, text: pick(s.Rand, integers)}
			if s.often(30) {
				e.text = pick(s.Rand, decimals)
			}
		case kind < 5:
			for e.kind != document.True && e.kind != document.False {
				e = s.scalar()
			}
		default:
			e = &node{kind: document.Object}
			for i, name := range named {
				if s.often(80) && (i == 0 || name != named[0]) {
					e.members = append(e.members, s.member(name, s.scalar()))
					if s.often(70) {
						e.members = append(e.members, s.member(markerOf(name), &node{kind: document.True, text: "true"}))
					}
				}
			}
		}
		v.elems = append(v.elems, e)
	}
	return v
}

// long is an array of more than 32 elements, mostly of one type.
func (s scribe) long(n int) *node {
	v := &node{kind: document.Array}
	kind, odd := s.IntN(3), s.often(15)
	for i := range n {
		e := &node{kind: document.Number, text: pick(s.Rand, []string{"1", "5", "-3", "2.50"})}
		switch {
		case odd && i == n/2:
			e = s.scalar()
		case kind == 1:
			e = &node{kind: document.String, text: pick(s.Rand, []string{`"x"`, `"X"`, `"xy"`, `""`})}
			if i == n-1 && s.often(30) {
				e.text = escaped("x")
			}
		case kind == 2:
			e = &node{kind: document.True, text: "true"}
			if s.often(3) {
				e = &node{kind: document.False, text: "false"}
			}
		case s.often(4):
			e.text = pick(s.Rand, append(integers, decimals...))
		}
		v.elems = append(v.elems, e)
	}
	return v
}

func (s scribe) member(name string, v *node) valueMember {
	written := quoted(name)
	if s.IntN(30) == 0 && name != "" {
		written = escaped(name)
	}
	return valueMember{name, written, v}
}

func markerOf(name string) string { return "_" + name + "_zkpass_public_" }

func (s scribe) object(depth int) *node {
	v := &node{kind: document.Object}
	for range s.IntN(6) {
		name := pick(s.Rand, names)
		has := slices.ContainsFunc(v.members, func(m valueMember) bool { return m.name == name })
		if has && !s.often(5) { // few duplicates
			continue
		}
		v.members = append(v.members, s.member(name, s.value(depth)))
		switch n := s.IntN(100); {
		case n < 70:
			v.members = append(v.members, s.member(markerOf(name), &node{kind: document.True, text: "true"}))
		case n < 73:
			v.members = append(v.members, s.member(markerOf(name), s.value(0)))
		case n < 74:
			for range 2 {
				v.members = append(v.members, s.member(markerOf(name), &node{kind: document.True, text: "true"}))
			}
		case n < 75:
			v.members = append(v.members, s.member("x\"\\", s.scalar()))
		}
	}
	s.Shuffle(len(v.members), func(i, j int) { v.members[i], v.members[j] = v.members[j], v.members[i] })
	return v
}

// payload draws the payload of a document; in format zkpass it mostly has data.
func (s scribe) payload(f query.Format) *node {
	v := s.object(3)
	for len(v.members) == 0 && s.often(95) {
		v = s.object(3)
	}
	if f == query.JWT {
		return v
	}
	out := s.object(0)
	if s.often(98) {
		out.members = append(out.members, valueMember{"data", `"data"`, v})
	}
	return out
}

// text writes a value. spaces is the chance of white space between tokens.
func (s scribe) text(v *node, spaces int) string {
	var b strings.Builder
	gap := func() {
		for s.often(spaces) {
			b.WriteByte(" \t\n\r"[s.IntN(4)])
		}
	}
	var write func(v *node)
	write = func(v *node) {
		gap()
		switch v.kind {
		case document.Object:
			b.WriteByte('{')
			for i, m := range v.members {
				if i > 0 {
					b.WriteByte(',')
				}
				gap()
				b.WriteString(m.written)
				gap()
				b.WriteByte(':')
				write(m.value)
			}
			gap()
			b.WriteByte('}')
		case document.Array:
			b.WriteByte('[')
			for i, e := range v.elems {
				if i > 0 {
					b.WriteByte(',')
				}
				write(e)
			}
			gap()
			b.WriteByte(']')
		default:
			b.WriteString(v.text)
		}
		gap()
	}
	write(v)
	return b.String()
}

// repair is a way to make a document's errors go away. What a program gives on a
// repaired document is what a prover would like to claim of the broken one.
type repair struct {
	unmarked   bool // everything is marked
	duplicates int  // -1: the first of a name stays, 1: the last
	escapes    bool // names and strings are written without them
	values     int  // null, odd numbers and containers become: 1 a string, 2 an integer, 3 a boolean
	elements   bool // arrays stay, and what is in them is repaired
	types      int  // every scalar becomes: 1 a string, 2 an integer, 3 true
}

var repairs = []repair{
	{unmarked: true}, {duplicates: -1}, {duplicates: 1}, {escapes: true},
	{values: 1}, {values: 2}, {values: 3},
	{types: 1}, {types: 2}, {types: 3},
	{unmarked: true, duplicates: -1, escapes: true, values: 1},
	{unmarked: true, duplicates: 1, escapes: true, values: 2},
	{unmarked: true, duplicates: 1, escapes: true, values: 3},
	{unmarked: true, duplicates: -1, escapes: true, values: 1, elements: true},
	{unmarked: true, duplicates: 1, escapes: true, values: 2, elements: true},
	{unmarked: true, duplicates: -1, escapes: true, types: 1},
	{unmarked: true, duplicates: -1, escapes: true, types: 2},
	{unmarked: true, duplicates: -1, escapes: true, types: 3},
}

var standIns = []*node{nil,
	{kind: document.String, text: `"x"`}, {kind: document.Number, text: "1"}, {kind: document.True, text: "true"}}

func (r repair) apply(v *node) *node {
	switch v.kind {
	case document.Object:
		out := &node{kind: document.Object}
		for _, m := range v.members {
			isMarker := strings.HasSuffix(m.name, "_zkpass_public_")
			if isMarker && r.unmarked {
				continue
			}
			if at := slices.IndexFunc(out.members, func(o valueMember) bool { return o.name == m.name }); at >= 0 && r.duplicates != 0 {
				if r.duplicates < 0 {
					continue
				}
				out.members = slices.Delete(out.members, at, at+1)
			}
			n := valueMember{m.name, m.written, m.value}
			if !isMarker {
				n.value = r.apply(m.value)
			}
			if r.escapes {
				n.written = quoted(m.name)
				if !text.Writable(m.name) {
					continue
				}
			}
			out.members = append(out.members, n)
		}
		if r.unmarked {
			marked := map[string]bool{}
			for _, m := range slices.Clone(out.members) {
				if !marked[m.name] {
					marked[m.name] = true
					out.members = append(out.members, valueMember{markerOf(m.name), quoted(markerOf(m.name)), &node{kind: document.True, text: "true"}})
				}
			}
		}
		return out
	case document.Array:
		if r.values > 0 && !r.elements {
			return standIns[r.values]
		}
		out := &node{kind: document.Array}
		for _, e := range v.elems {
			out.elems = append(out.elems, r.apply(e))
		}
		return out
	case document.Null:
		if r.values > 0 {
			return standIns[r.values]
		}
	case document.Number:
		if _, err := strconv.ParseInt(v.text, 10, 64); err != nil && r.values > 0 {
			return standIns[r.values]
		}
	}
	if r.types > 0 {
		return standIns[r.types]
	}
	if v.kind == document.String && r.escapes {
		doc, err := document.ParseValue([]byte(v.text), maxOutput, 1)
		if err != nil {
			panic(err)
		}
		text, _ := doc.Text(doc.Root)
		return &node{kind: document.String, text: quoted(text)}
	}
	return v
}

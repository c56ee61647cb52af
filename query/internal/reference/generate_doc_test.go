package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A generator makes subjects: documents first, then queries whose paths mostly
// lead somewhere in them, then what is wrong with either.
type generator struct {
	*rand.Rand
	escapes float64 // of characters of documents' strings that are escaped without need
	faults  float64 // of places where a document is spoilt
	errors  float64 // of places where a query is spoilt
	paths   []found
	names   int // of locals and outputs so far
	room    int // expressions that may still be made before only small ones are
}

// maybe is true with a probability.
func (g *generator) maybe(p float64) bool { return g.Float64() < p }

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

// A made is a value of a document before it is written.
type made struct {
	kind    string // object, array, string, number, date, time, boolean, null
	text    string // decoded, of strings, dates and times; as written, of numbers and booleans
	names   []string
	members []*made
	elems   []*made
}

// A found is a path of the documents and what is at its end.
type found struct {
	path  string
	kind  string // as of made; of elements if each
	each  bool
	count bool // ends in EACH
}

var memberNames = []string{"a", "b", "c", "d", "e", "f", "ok", "data", "_x", "A", "bank", "a.b", "", "given name", "é", "[]", "_a_zkpass_public_", "it's", "\U0001f600"}

func (g *generator) name() string {
	if g.maybe(0.85) {
		return pick(g, memberNames[:7]...)
	}
	return pick(g, memberNames...)
}

var texts = []string{"", "a", "Jane", "jane", "JANE", "jan", "Jane Doe", "é", "É", "e\u0301", "\U0001f600", "it's", `a\b`, `"`, "a\nb", "\x01", "\x7f", "/", "true", "1", "ſK", "\u2028", "<&>", "K"}

func (g *generator) text() string {
	switch {
	case g.maybe(0.02):
		return strings.Repeat(pick(g, "x", "Y", "é"), pick(g, 127, 128, 255, 256, 257))
	case g.maybe(0.7):
		return pick(g, "a", "Jane", "jane", "Jane Doe")
	}
	return pick(g, texts...)
}

func (g *generator) number() string {
	switch {
	case g.maybe(0.25):
		return g.decimal()
	case g.maybe(0.7):
		return fmt.Sprint(g.IntN(7) - 2)
	case g.maybe(0.5):
		return fmt.Sprint(g.Int64() - g.Int64())
	}
	return pick(g, "-0", "0", "9223372036854775807", "-9223372036854775808", "1739793600", "4294967296", "-1", "18")
}

// decimal writes a number with a point, mostly one that others are near or equal to.
func (g *generator) decimal() string {
	if g.maybe(0.1) {
		return pick(g, "-0.0", "9223372036854775807.999999999", "-9223372036854775808.000", "-9223372036854775807.000000001", "1739793600.5",
			"0.1234567890", "1.000000001", "1.00000000000000000000000000000", "-0.000000001")
	}
	text := fmt.Sprintf("%s%d.%s", pick(g, "", "", "-"), g.IntN(3), pick(g, "0", "5", "50", "25", "000000001", "999999999", "0000000000"))
	return text + strings.Repeat("0", pick(g, 0, 0, 0, 1, 5))
}

// time writes a time of RFC 3339, mostly.
func (g *generator) time() string {
	day := g.date()
	for range 3 {
		if len(day) != 10 || day[4] != '-' {
			day = g.date()
		}
	}
	text := day + pick(g, "T", "T", "T", "t") + fmt.Sprintf("%02d:%02d:%02d", g.IntN(24), g.IntN(60), g.IntN(60))
	text += pick(g, "", "", ".5", ".000000001", ".123456789") + pick(g, "Z", "Z", "z", "-00:00", fmt.Sprintf("%s%02d:%02d", pick(g, "+", "-"), g.IntN(24), g.IntN(60)))
	if g.maybe(0.05) {
		return pick(g, "2016-12-31T23:59:60Z", "2025-02-17T12:00Z", "2025-02-17 12:00:00Z", "2025-02-17T12:00:00", "2025-02-17T12:00:00.Z", "2025-02-17T12:00:00.1234567890Z",
			"2025-02-17T12:00:00+24:00", "2025-02-17T24:00:00Z", "2025-02-30T12:00:00Z", "2025/02/17T12:00:00Z", "2025-02-17T12:60:00Z", text+" ", "0000-01-01T00:00:00Z")
	}
	return text
}

func (g *generator) date() string {
	y, m, d := pick(g, 0, 1, 4, 1900, 1970, 2000, 2004, 2006, 2007, 2024, 2025, 2026, 9999), 1+g.IntN(12), 1+g.IntN(28)
	if g.maybe(0.3) {
		m, d = pick(g, 1, 2, 3, 12), pick(g, 1, 16, 17, 18, 28, 29, 30, 31)
	}
	s := pick(g, "/", "-", ".")
	t := s
	if g.maybe(0.02) {
		t = pick(g, "/", "-", ".", ":", "")
	}
	switch g.IntN(3) {
	case 0:
		return fmt.Sprintf("%02d%s%02d%s%04d", d, s, m, t, y)
	case 1:
		return fmt.Sprintf("%02d%s%02d%s%04d", m, s, d, t, y)
	}
	return fmt.Sprintf("%04d%s%02d%s%02d", y, s, m, t, d)
}

var scalarKinds = []string{"string", "number", "number", "boolean", "date", "time"}

func (g *generator) scalar(kind string) *made {
	switch kind {
	case "string":
		return &made{kind: kind, text: g.text()}
	case "number":
		return &made{kind: kind, text: g.number()}
	case "date":
		return &made{kind: kind, text: g.date()}
	case "time":
		return &made{kind: kind, text: g.time()}
	case "boolean":
		return &made{kind: kind, text: pick(g, "true", "false")}
	}
	return &made{kind: "null", text: "null"}
}

func (g *generator) object(depth int) *made {
	n := &made{kind: "object"}
	for range 1 + g.IntN(6) {
		name := g.name()
		if n.member(name) == nil {
			n.add(g, name, g.value(depth))
		}
	}
	return n
}

func (n *made) member(name string) *made {
	for i := range n.names {
		if n.names[i] == name {
			return n.members[i]
		}
	}
	return nil
}

// add adds a member, and often its marker.
func (n *made) add(g *generator, name string, v *made) {
	n.names, n.members = append(n.names, name), append(n.members, v)
	if g.maybe(0.75) {
		mark := &made{kind: "boolean", text: "true"}
		if g.maybe(0.03) {
			mark = g.scalar(pick(g, scalarKinds...))
		}
		n.names, n.members = append(n.names, "_"+name+"_zkpass_public_"), append(n.members, mark)
	}
}

func (g *generator) value(depth int) *made {
	if depth > 3 || g.maybe(0.5) {
		return g.scalar(pick(g, scalarKinds...))
	}
	if g.maybe(0.4) {
		return g.object(depth + 1)
	}
	n := &made{kind: "array"}
	size := pick(g, 0, 1, 2, 3, 3, 4)
	if g.maybe(0.06) {
		size = pick(g, 32, 33)
	}
	kind := pick(g, scalarKinds...)
	if g.maybe(0.02) {
		kind = pick(g, "boolean", "number")
		if size = pick(g, 34, 100, 1023, 1024, 1025); size > 100 {
			n.elems = slices.Repeat([]*made{g.scalar(kind)}, size-3)
			size = 3
		}
		for range size {
			n.elems = append(n.elems, g.scalar(kind))
		}
		return n
	}
	var model *made
	if g.maybe(0.6) {
		model = g.object(depth + 2)
	} else if g.maybe(0.15) {
		model = &made{kind: "array", elems: []*made{g.scalar(kind), g.scalar(kind)}}
	}
	for range size {
		if model != nil {
			n.elems = append(n.elems, g.like(model))
		} else {
			n.elems = append(n.elems, g.scalar(kind))
		}
	}
	return n
}

// like returns another value of the same shape.
func (g *generator) like(n *made) *made {
	switch n.kind {
	case "object":
		out := &made{kind: n.kind, names: n.names}
		for i, m := range n.members {
			if strings.HasSuffix(n.names[i], "_zkpass_public_") {
				out.members = append(out.members, m)
			} else {
				out.members = append(out.members, g.like(m))
			}
		}
		return out
	case "array":
		out := &made{kind: n.kind}
		for _, e := range n.elems {
			out.elems = append(out.elems, g.like(e))
		}
		return out
	}
	return g.scalar(n.kind)
}

// write writes a value as JSON, with what is wrong with it.
func (g *generator) write(n *made) string {
	if g.maybe(g.faults / 4) {
		n = pick(g, &made{kind: "null", text: "null"}, g.scalar(pick(g, scalarKinds...)), &made{kind: "number", text: pick(g, "1.0", "1e2", "0.5", "9223372036854775808", "1E0", "0.0000000001", "-9223372036854775808.5", "1."+strings.Repeat("0", 31))}, &made{kind: "array"}, &made{kind: "object"})
	}
	space := func() string {
		if g.maybe(0.02) {
			return pick(g, " ", "\n", "\t\r ", "  ")
		}
		return ""
	}
	var b strings.Builder
	b.WriteString(space())
	switch n.kind {
	case "object":
		b.WriteByte('{')
		first := true
		put := func(name, value string) {
			if !first {
				b.WriteByte(',')
			}
			first = false
			b.WriteString(space() + name + space() + ":" + value)
		}
		for i, m := range n.members {
			if g.maybe(g.faults / 6) {
				continue // missing
			}
			put(g.quote(n.names[i], g.escapes/4), g.write(m))
			if g.maybe(g.faults / 8) {
				put(g.quote(n.names[i], g.escapes), g.write(m)) // twice
			}
		}
		b.WriteByte('}')
	case "array":
		b.WriteByte('[')
		for i, e := range n.elems {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(g.write(e))
		}
		b.WriteByte(']')
	case "string", "date", "time":
		escapes := g.escapes
		if g.maybe(escapes / 4) {
			escapes = 1
		}
		b.WriteString(g.quote(n.text, escapes))
	default:
		b.WriteString(n.text)
	}
	b.WriteString(space())
	return b.String()
}

// quote writes a string as JSON, some of its characters with escapes that they
// do not need.
func (g *generator) quote(s string, escapes float64) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		short := strings.IndexRune("\"\\/\b\f\n\r\t", c)
		switch must := c < ' ' || c == '"' || c == '\\'; {
		case !must && !g.maybe(escapes):
			b.WriteRune(c)
		case short >= 0 && g.maybe(0.7):
			b.WriteString(`\` + `"\/bfnrt`[short:short+1])
		case c > 0xffff:
			fmt.Fprintf(&b, pick(g, `\u%04x\u%04X`, `\u%04X\u%04x`), 0xd800+(c-0x10000)>>10, 0xdc00+(c-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&b, pick(g, `\u%04x`, `\u%04X`), c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

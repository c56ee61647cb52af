package json

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// describe says of every byte of a valid document what it is, by recursive
// descent: the flags, the open containers, and the escape bit.
type describe struct {
	document []byte
	at       int
	open     []bool // types of the open containers, outermost first
	rows     []Row
}

func (d *describe) take(f Flags) {
	row := Row{Active: true, X: d.document[d.at], Flags: f}
	for i := range d.open {
		row.State.Depth |= 1 << i
		if d.open[len(d.open)-1-i] {
			row.State.Objects |= 1 << i
		}
	}
	d.rows = append(d.rows, row)
	d.at++
}

func (d *describe) blank() {
	for d.at < len(d.document) && bytes.IndexByte([]byte(" \t\r\n"), d.document[d.at]) >= 0 {
		d.take(Flags{})
	}
}

func (d *describe) text(f Flags) {
	f.Token = true
	from := d.at
	last := from - 1 // the last backslash
	for d.at == from || d.document[d.at] != '"' {
		if d.at > from && d.document[d.at] == '\\' {
			if d.document[d.at+1] == '\\' {
				last = d.at + 1
			} else {
				last = d.at
			}
			d.take(f)
		}
		d.take(f)
		f = Flags{Token: true}
	}
	name := d.rows[from].Flags.Name
	d.take(f)
	for i := from; i < d.at; i++ {
		d.rows[i].Escape = i <= last
		d.rows[i].State.Name = name && i > from
	}
}

func (d *describe) value() {
	d.blank()
	switch c := d.document[d.at]; c {
	case '{', '[':
		d.take(Flags{Open: true, Value: true})
		d.open = append(d.open, c == '{')
		for d.blank(); d.document[d.at] != c+2; d.blank() {
			if d.document[d.at] == ',' {
				d.take(Flags{})
				d.blank()
			}
			if c == '{' {
				d.text(Flags{Name: true})
				d.blank()
				d.take(Flags{}) // the colon
			}
			d.value()
		}
		d.take(Flags{Close: true})
		d.open = d.open[:len(d.open)-1]
	case '"':
		d.text(Flags{Value: true})
	default:
		f := Flags{Value: true, Token: true}
		for d.at < len(d.document) && bytes.IndexByte([]byte(" \t\r\n,]}"), d.document[d.at]) < 0 {
			d.take(f)
			f.Value = false
		}
	}
}

// check compares Trace with the strict parser and, if it accepts, with the
// description.
func check(t *testing.T, document []byte, depth int) bool {
	t.Helper()
	rows, err := Trace(document, len(document), depth)
	if accepted := err == nil; accepted != strict(document, depth) {
		t.Fatalf("%q, depth %d: %v, the standard library and the rules say %v", document, depth, err, !accepted)
	}
	if err != nil {
		return false
	}
	d := &describe{document: document}
	d.value()
	d.blank()
	for i := range rows[:len(document)] {
		got := rows[i]
		got.State.Mode = 0
		if got != d.rows[i] {
			t.Fatalf("%q: byte %d: %+v, want %+v", document, i, got, d.rows[i])
		}
	}
	return true
}

// TestMutants compares the recogniser with the standard library on tens of
// thousands of documents near the edge.
func TestMutants(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	accepted, refused := 0, 0
	for range 40000 {
		document := mutate(r, []byte(seeds[r.IntN(len(seeds))]))
		if check(t, document, []int{1, 3, 8, 15, MaxDepth}[r.IntN(5)]) {
			accepted++
		} else {
			refused++
		}
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
	if accepted < 2000 || refused < 2000 {
		t.Errorf("%d accepted, %d refused: the mutations are too weak or too strong", accepted, refused)
	}
}

func FuzzTrace(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), MaxDepth)
	}
	f.Add([]byte("\ufeff{}"), 1)
	f.Add([]byte(`{"a":"\ud800"}`), 2)
	f.Fuzz(func(t *testing.T, document []byte, depth int) {
		if depth < 1 || depth > MaxDepth || len(document) == 0 {
			return
		}
		check(t, document, depth)
	})
}

// TestReached: the seeds leave no mode out.
func TestReached(t *testing.T) {
	reached := map[Mode]bool{}
	for _, s := range seeds {
		if !check(t, []byte(s), MaxDepth) {
			t.Errorf("%q is refused", s)
		}
		rows, _ := Trace([]byte(s), len(s), MaxDepth)
		for _, row := range rows {
			reached[row.State.Mode] = true
		}
	}
	if len(reached) != 44 {
		t.Errorf("%d modes reached, want 44", len(reached))
	}
}

func isAt(err, want error, at string) bool {
	return errors.Is(err, want) && strings.Contains(err.Error(), at)
}

func TestRefused(t *testing.T) {
	nested := func(n int) string {
		return `{"a":` + string(bytes.Repeat([]byte("["), n)) + string(bytes.Repeat([]byte("]"), n)) + `}`
	}
	for _, c := range []struct {
		document string
		want     error
		at       string
	}{
		{``, ErrUnfinished, "byte 0"},
		{`{`, ErrUnfinished, "byte 1"},
		{`{"a":"b`, ErrUnfinished, "byte 7"},
		{`{"a":1`, ErrUnfinished, "byte 6"},
		{`[]`, ErrSyntax, "byte 0"},
		{`"a"`, ErrSyntax, "byte 0"},
		{"\ufeff{}", ErrSyntax, "byte 0"},
		{`{}{}`, ErrSyntax, "byte 2"},
		{`{},`, ErrSyntax, "byte 2"},
		{`{}}`, ErrBracket, "byte 2"},
		{`{}]`, ErrBracket, "byte 2"},
		{`{"a":[}`, ErrBracket, "byte 6"},
		{`{]`, ErrBracket, "byte 1"},
		{`{"a":[1}`, ErrBracket, "byte 7"},
		{`{"a":1]`, ErrBracket, "byte 6"},
		{`{"a":1,}`, ErrSyntax, "byte 7"},
		{`{"a":[1,]}`, ErrSyntax, "byte 8"},
		{`{a:1}`, ErrSyntax, "byte 1"},
		{`{"a" 1}`, ErrSyntax, "byte 5"},
		{`{"a":01}`, ErrSyntax, "byte 6"},
		{`{"a":-}`, ErrSyntax, "byte 6"},
		{`{"a":1.}`, ErrSyntax, "byte 7"},
		{`{"a":1e}`, ErrSyntax, "byte 7"},
		{`{"a":+1}`, ErrSyntax, "byte 5"},
		{`{"a":tru}`, ErrSyntax, "byte 8"},
		{`{"a":truE}`, ErrSyntax, "byte 8"},
		{`{"a":nulll}`, ErrSyntax, "byte 9"},
		{"{\"a\":\"\n\"}", ErrSyntax, "byte 6"},
		{`{"a":"\x"}`, ErrSyntax, "byte 7"},
		{`{"a":"\u12g4"}`, ErrSyntax, "byte 10"},
		{`{"a":"\udc00"}`, ErrSyntax, "byte 9"},
		{`{"a":"\ud800"}`, ErrSyntax, "byte 12"},
		{`{"a":"\ud800\n"}`, ErrSyntax, "byte 13"},
		{`{"a":"\ud800\u0041"}`, ErrSyntax, "byte 14"},
		{`{"a":"\ud800\ud800"}`, ErrSyntax, "byte 15"},
		{"{\"a\":\"\xc0\x80\"}", ErrSyntax, "byte 6"},
		{"{\"a\":\"\xe0\x9f\xbf\"}", ErrSyntax, "byte 7"},
		{"{\"a\":\"\xed\xa0\x80\"}", ErrSyntax, "byte 7"},
		{"{\"a\":\"\xf0\x8f\xbf\xbf\"}", ErrSyntax, "byte 7"},
		{"{\"a\":\"\xf4\x90\x80\x80\"}", ErrSyntax, "byte 7"},
		{"{\"a\":\"\xf5\x80\x80\x80\"}", ErrSyntax, "byte 6"},
		{"{\"a\":\"\xe2\x82\"}", ErrSyntax, "byte 8"},
		{"{\x00}", ErrSyntax, "byte 1"},
		{"{}\x00", ErrSyntax, "byte 2"},
		{"{}\x0b", ErrSyntax, "byte 2"},
		{nested(MaxDepth), ErrDepth, "byte 20"},
	} {
		_, err := Trace([]byte(c.document), len(c.document)+3, MaxDepth)
		if !isAt(err, c.want, c.at) {
			t.Errorf("%q: %v, want %v at %s", c.document, err, c.want, c.at)
		}
	}
	if _, err := Trace([]byte(nested(MaxDepth-1)), 100, MaxDepth); err != nil {
		t.Errorf("nesting of %d: %v", MaxDepth, err)
	}
	if _, err := Trace([]byte(`{}`), 1, MaxDepth); !isAt(err, ErrLength, "2 bytes") {
		t.Errorf("two bytes in one position: %v", err)
	}
	for _, depth := range []int{-1, 0, MaxDepth + 1} {
		if _, err := Trace([]byte(`{}`), 2, depth); !isAt(err, ErrDepth, "limit") {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

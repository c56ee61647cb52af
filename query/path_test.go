package query

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	untagged   = []Source{{Format: JWT}}
	twoSources = []Source{{Tag: "7up", Format: JWT}, {Tag: "bank"}}
)

func mem(name string) Step { return Step{Kind: Member, Name: name} }

func TestParsePath(t *testing.T) {
	for _, c := range []struct {
		text  string
		docs  []Source
		steps []Step
		doc   int
		want  string // String, if it is not text
	}{
		{text: `a`, steps: []Step{mem("a")}},
		{text: `_a1.B_2`, steps: []Step{mem("_a1"), mem("B_2")}},
		{text: `"a"."b c".""`, steps: []Step{mem("a"), mem("b c"), mem("")}, want: `a."b c".""`},
		{text: `"a\"b\\\n\u00e9\ud83d\ude00"`, steps: []Step{mem("a\"b\\\né😀")}, want: `"a\"b\\\né😀"`},
		{text: `"1"`, steps: []Step{mem("1")}},
		{text: `a[0][4095].b`, steps: []Step{mem("a"), {Kind: Index}, {Kind: Index, Index: 4095}, mem("b")}},
		{text: `a[*]`, steps: []Step{mem("a"), {Kind: Each}}, want: `a[]`},
		{text: `a[][1].b`, steps: []Step{mem("a"), {Kind: Each}, {Kind: Index, Index: 1}, mem("b")}},
		{text: `a[?f]`, steps: []Step{mem("a"), {Kind: Each, Filter: Filter{Kind: KeepTrue, Name: "f"}}}},
		{text: `a[?!"f"]`, steps: []Step{mem("a"), {Kind: Each, Filter: Filter{Kind: KeepFalse, Name: "f"}}}, want: `a[?!f]`},
		{text: `a[?"x]" == 'it\'s \\ ] "é"'].b`, steps: []Step{mem("a"), {Kind: Each, Filter: Filter{Kind: KeepText, Name: "x]", Text: `it's \ ] "é"`}}, mem("b")}},
		{text: `a[?f == '']`, steps: []Step{mem("a"), {Kind: Each, Filter: Filter{Kind: KeepText, Name: "f"}}}},
		{text: `7up.bank`, docs: twoSources, steps: []Step{mem("bank")}},
		{text: `bank."bank"`, docs: twoSources, doc: 1, steps: []Step{mem("data"), mem("bank")}, want: `bank.bank`},
	} {
		docs := c.docs
		if docs == nil {
			docs = untagged
		}
		want := Path{Document: c.doc, Tag: docs[c.doc].Tag, Format: docs[c.doc].Format, Steps: c.steps}
		got, err := parsePath(c.text, docs)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
		if c.want == "" {
			c.want = c.text
		}
		if got.String() != c.want {
			t.Errorf("%s: String is %s, want %s", c.text, got, c.want)
		}
	}
}

func TestParsePathErrors(t *testing.T) {
	for _, text := range []string{
		``, `.`, `.a`, `a.`, `a..b`, `1a`, `a-b`, `a b`, ` a`, `a `, `é`, `$.a`, `a."b`, `a."b\x"`, `a."\ud800"`, "a.\"\n\"", `a"b"`, `"a"b`, `a.'b'`,
		`[0]`, `[]`, `a[`, `a]`, `a[0`, `a[ 0]`, `a[0 ]`, `a[00]`, `a[01]`, `a[-1]`, `a[-0]`, `a[+1]`, `a[4096]`, `a[99999999999999999999]`, `a[1.0]`, `a[0x1]`, `a["b"]`, `a[0]b`, `a[].`,
		`a[][]`, `a[?f].b[*]`, `a[ ]`, `a[**]`, `a[?]`, `a[?!]`, `a[? f]`, `a[?f ]`, `a[?f.g]`, `a[?f[0]]`, `a[?1f]`, `a[?!f == 'x']`, `a[?f=='x']`, `a[?f  == 'x']`, `a[?f != 'x']`,
		`a[?f == "x"]`, `a[?f == x]`, `a[?f == 'x]`, `a[?f == 'x'`, `a[?f == 'x' ]`, `a[?f == 'x\n']`, `a[?f == 'x\`, `a[?f == 'x'y']`, `a[?f == 1]`, `a[?f == true]`, `a[?f`,
		`a[?f == '` + strings.Repeat("x", MaxLiteral+1) + `']`, strings.Repeat("x", MaxName+1), `a[?` + strings.Repeat("x", MaxName+1) + `]`, `"` + strings.Repeat("é", MaxName/2) + `x"`,
	} {
		if p, err := parsePath(text, untagged); err == nil {
			t.Errorf("%q: got %v, want an error", text, p)
		}
	}
	for _, text := range []string{`a`, `bank`, `bank.`, `"bank".a`, `bank[0]`, `bank[].a`, `BANK.a`, `.a`, `bank..a`, `7up.1`, ``} {
		if p, err := parsePath(text, twoSources); err == nil {
			t.Errorf("%q: got %v, want an error", text, p)
		}
	}
	for _, text := range []string{
		strings.Repeat("x", MaxName), `"` + strings.Repeat("é", MaxName/2) + `"`, `"` + strings.Repeat(`\u0061`, MaxName) + `"`,
		`a[?f == '` + strings.Repeat(`\'`, MaxLiteral) + `']`,
	} {
		if _, err := parsePath(text, untagged); err != nil {
			t.Errorf("%.20q at the limit: %v", text, err)
		}
	}
}

func TestMarker(t *testing.T) {
	for text, want := range map[string]struct {
		steps int
		name  string
	}{
		"a":                  {1, "_a_zkpass_public_"},
		"a.b":                {2, "_b_zkpass_public_"},
		"skills[0]":          {1, "_skills_zkpass_public_"},
		"skills[]":           {1, "_skills_zkpass_public_"},
		"o.skills[?x][1][2]": {2, "_skills_zkpass_public_"},
		"items[].name":       {3, "_name_zkpass_public_"},
		"items[?f].a.b[0]":   {4, "_b_zkpass_public_"},
		`"x y"`:              {1, "_x y_zkpass_public_"},
	} {
		p, err := parsePath(text, []Source{{}})
		if err != nil {
			t.Fatal(err)
		}
		if n, name := p.Marker(); n != want.steps || name != want.name {
			t.Errorf("%s: got %d steps and %s, want %d and %s", text, n, name, want.steps, want.name)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{`a`, `a.b[0]`, `bank.a[?f == 'it\'s']."b c"`, `a[*]`, `7up."\u0061"`, `a[?!"é"][1]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, docs := range [][]Source{untagged, twoSources} {
			p, err := parsePath(text, docs)
			if err != nil {
				if len(err.Error()) > 300 {
					t.Fatalf("%q: long error %v", text, err)
				}
				continue
			}
			again, err := parsePath(p.String(), docs)
			if err != nil {
				t.Fatalf("%q: %s does not parse: %v", text, p, err)
			}
			if diff := cmp.Diff(p, again); diff != "" {
				t.Fatalf("%q: another path after String (-first +again):\n%s", text, diff)
			}
		}
	})
}

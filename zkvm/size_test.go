package zkvm

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
)

// sizeCase is a statement whose size and soundness are held to figures.
type sizeCase struct {
	name string
	st   *Statement
}

// sizeCases are Jane's query over one document of growing classes, other
// operators, and several documents of the largest class.
func sizeCases(t testing.TB) []sizeCase {
	t.Helper()
	var out []sizeCase
	add := func(name, text string, documents int, class Class) {
		names := []string{""}
		if documents > 1 {
			names = names[:0]
			for i := range documents {
				names = append(names, fmt.Sprint("d", i))
			}
		}
		var options []query.Option
		for _, n := range names {
			options = append(options, query.WithFormat(n, query.JWT))
		}
		p, err := query.Compile([]byte(text), names, options...)
		if err != nil {
			t.Fatal(err)
		}
		st := &Statement{Program: p, Time: testNow, Output: sampleOutput(p)}
		for _, d := range p.Documents {
			st.Documents = append(st.Documents, Document{Tag: d.Tag, Key: sampleKey, Header: sampleHeader, Class: class})
		}
		out = append(out, sizeCase{name, st})
	}
	for _, size := range []int{192, 384, 480, 960, 1920, 4608, 9216, 16_384} {
		add(fmt.Sprint("Jane ", size, "/8"), janeQuery, 1, Class{Bytes: size, Depth: 8})
	}
	add("Jane 16384/16", janeQuery, 1, Class{Bytes: 16_384, Depth: 16})
	add("age 576/8", `[{"output":{"r":{">=":[{"get_age":[{"dvar":"born"},"YYYY-MM-DD"]},18]}}}]`, 1, Class{Bytes: 576, Depth: 8})
	add("elements 768/8e", `[{"output":{"r":{"~==":[{"dvar":"a[]"},"x"]}}}]`, 1, Class{Bytes: 768, Depth: 8, Escapes: true})
	add("contains 1152/8", `[{"output":{"r":{"contains":[{"dvar":"a"},{"dvar":"b"}]}}}]`, 1, Class{Bytes: 1152, Depth: 8})
	var four []string
	for i := range 4 {
		for _, member := range []string{"iss", "a", "b", "c"} {
			four = append(four, fmt.Sprintf(`{"==":[{"dvar":"d%d.%s"},"value"]}`, i, member))
		}
	}
	add("four 16384/16", `[{"output":{"r":{"and":[`+strings.Join(four, ",")+`]}}}]`, 4, Class{Bytes: 16_384, Depth: 16})
	return out
}

// TestSizes holds typical sizes and bits of soundness to figures of a model of
// docs/protocol.md, sections 3 to 5, and docs/soundness.md that was written apart
// from this code: a Python program that counts messages from the widths of layers,
// searches all codes for the cheapest and adds up the bytes and the terms.
func TestSizes(t *testing.T) {
	want := sizeFigures
	for _, c := range sizeCases(t) {
		c.st.Profile = libzk.V2Hash
		p, err := newPlan(c.st, nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		w, ok := want[c.name]
		if got := p.system.TypicalSize(p.published); !ok || got != w.bytes || math.Abs(p.bits()-w.bits) > 0.005 {
			t.Errorf("%s: %d bytes and %.2f bits, want %d and %.2f", c.name, got, p.bits(), w.bytes, w.bits)
		}
	}
}

type figure struct {
	bytes int
	bits  float64
}

var sizeFigures = map[string]figure{
	"Jane 192/8":      {77889, 108.52},
	"Jane 384/8":      {80609, 108.46},
	"Jane 480/8":      {81921, 108.41},
	"Jane 960/8":      {86785, 107.84},
	"Jane 1920/8":     {95015, 107.96},
	"Jane 4608/8":     {111345, 107.34},
	"Jane 9216/8":     {131431, 106.84},
	"Jane 16384/8":    {156559, 106.54},
	"Jane 16384/16":   {159097, 106.52},
	"age 576/8":       {81729, 108.25},
	"elements 768/8e": {87619, 107.78},
	"contains 1152/8": {88899, 107.65},
	"four 16384/16":   {313804, 105.68},
}

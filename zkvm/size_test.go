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

// TestSizes holds typical sizes and bits of soundness, in both profiles, to the model
// in sizemodel_test.go and to figures, which tell what a change costs.
func TestSizes(t *testing.T) {
	for _, c := range sizeCases(t) {
		for i, profile := range []libzk.Profile{libzk.V2, libzk.V2Hash} {
			c.st.Profile = profile
			p, err := newPlan(c.st, nil, nil)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			size, soundness := p.system.TypicalSize(p.published), p.bits()
			if bytes, bits := model(p); size != bytes || math.Abs(soundness-bits) > 1e-6 {
				t.Errorf("%s, %s: %d bytes and %.6f bits, the model has %d and %.6f", c.name, profile, size, soundness, bytes, bits)
			}
			if w := sizeFigures[c.name][i]; size != w.bytes || math.Abs(soundness-w.bits) > 0.005 {
				t.Errorf("%s, %s: {%d, %.2f}, want %v", c.name, profile, size, soundness, w)
			}
		}
	}
}

type figure struct {
	bytes int
	bits  float64
}

// sizeFigures are those of libzk.V2 and libzk.V2Hash.
var sizeFigures = map[string][2]figure{
	"Jane 192/8":      {{43263, 109.71}, {77809, 108.54}},
	"Jane 384/8":      {{46101, 109.15}, {80465, 108.49}},
	"Jane 480/8":      {{47509, 109.55}, {81745, 108.44}},
	"Jane 960/8":      {{52917, 108.64}, {86449, 107.88}},
	"Jane 1920/8":     {{60511, 108.64}, {93887, 108.52}},
	"Jane 4608/8":     {{74037, 108.41}, {107413, 108.41}},
	"Jane 9216/8":     {{88741, 108.41}, {122117, 108.41}},
	"Jane 16384/8":    {{104851, 108.30}, {138227, 108.30}},
	"Jane 16384/16":   {{107439, 108.30}, {140815, 108.30}},
	"age 576/8":       {{47413, 109.14}, {81521, 108.27}},
	"elements 768/8e": {{53973, 108.63}, {87347, 107.80}},
	"contains 1152/8": {{55099, 108.24}, {88475, 108.21}},
	"four 16384/16":   {{175233, 108.07}, {231648, 108.07}},
}

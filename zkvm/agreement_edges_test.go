package zkvm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

// edge is a program over one document, in format jwt.
func edge(t *testing.T, text, payload string) *subject {
	t.Helper()
	p, err := query.Compile([]byte(text), []string{testDocument}, query.WithFormat(testDocument, query.JWT))
	if err != nil {
		t.Fatalf("%.200s: %v", text, err)
	}
	s, err := newSubject(t, p, map[string][]byte{testDocument: []byte(payload)}, testNow)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// agrees holds the circuit against the evaluator, whose result must be want, or
// an error if want is "".
func (s *subject) agrees(t *testing.T, want string, what scope) {
	t.Helper()
	got, evalErr := s.evaluate()
	if string(got) != want || (evalErr != nil) != (want == "") {
		t.Fatalf("evaluator: %s, %v; want %q", got, evalErr, want)
	}
	others := candidates(s, 8)
	if want != "" {
		if err := s.check(got, seeded(1), what); err != nil {
			t.Errorf("%.100s: %v", got, err)
		}
		others = mutations(t, s.program, got)
		others = others[:min(3, len(others))]
	}
	for _, other := range others {
		if err := s.check(other, seeded(1), unsigned); !refused(err) {
			t.Errorf("%.100s: %v", other, err)
		}
	}
}

// Over payloads of many lengths in a row, the end of the text passes every place
// in a base64url group and in a block of SHA-256, and the class's last byte.
func TestAgreementLengths(t *testing.T) {
	lengths := []int{MaxPayload}
	for n := 24; n < 24+66; n++ {
		lengths = append(lengths, n)
	}
	for n := sizes[0] - 4; n <= sizes[0]+2; n++ {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		if testing.Short() && n%7 != 0 {
			continue
		}
		payload := `{"a":"xy","b":12`
		s := edge(t, `[{"output":{"r":{"==":[{"dvar":"a"},"xy"]}}},{"output":{"q":{"<":[{"dvar":"b"},12]}}}]`,
			payload+strings.Repeat(" ", n-len(payload)-1)+"}")
		if err := s.check([]byte(`{"r":true,"q":false}`), seeded(1), everything); err != nil {
			t.Errorf("payload of %d bytes: %v", n, err)
		}
		if err := s.check([]byte(`{"r":true,"q":true}`), seeded(1), unsigned); !refused(err) {
			t.Errorf("payload of %d bytes, wrong output: %v", n, err)
		}
	}
}

func TestAgreementEdges(t *testing.T) {
	nest := func(names int, inner string) string {
		return strings.Repeat(`{"a":`, names) + inner + strings.Repeat("}", names)
	}
	path := func(n int) string { return strings.TrimSuffix(strings.Repeat("a.", n), ".") }
	long := strings.Repeat("é", 60) // 120 bytes
	cases := []struct{ name, text, payload, want string }{
		{"shortest payload", `[{"output":{"r":1}}]`, `{}`, `{"r":1}`},
		{"shortest payload, member", `[{"output":{"r":{"dvar":"a"}}}]`, `{}`, ``},
		{"value in the class's last bytes", `[{"output":{"r":{"~==":[{"dvar":"a"},"X"]}}}]`, strings.Repeat(" ", sizes[0]-9) + `{"a":"x"}`, `{"r":true}`},
		{"number in the class's last bytes", `[{"output":{"r":{"==":[{"dvar":"a"},-7]}}}]`, strings.Repeat("\n", sizes[0]-8) + `{"a":-7}`, `{"r":true}`},
		{"name longer than what is left", `[{"output":{"r":{"or":[{"==":[{"dvar":"a"},1]},{"dvar":"` + strings.Repeat("n", 128) + `"}]}}}]`,
			strings.Repeat(" ", sizes[0]-7) + `{"a":1}`, `{"r":true}`},
		{"longest name", `[{"output":{"r":{"dvar":"` + strings.Repeat("n", 128) + `"}}}]`, `{"` + strings.Repeat("n", 128) + `":true,"` + strings.Repeat("n", 127) + `":false}`, `{"r":true}`},
		{"long name that is not ASCII", `[{"output":{"r":{"dvar":"\"` + long + `\""}}}]`, `{"` + long + `":true}`, `{"r":true}`},
	}
	for n := 7; n <= 17; n++ { // containers open at once: n
		want := `{"r":true}`
		payload := nest(n, "true")
		if n > 16 {
			payload, want = nest(16, "true"), ""
		}
		cases = append(cases, struct{ name, text, payload, want string }{
			fmt.Sprintf("%d steps", n), `[{"output":{"r":{"dvar":"` + path(n) + `"}}}]`, payload, want})
	}
	cases = append(cases, struct{ name, text, payload, want string }{
		"more steps than the class has room for", `[{"output":{"r":{"dvar":"` + path(12) + `"}}}]`, nest(8, "true"), ""})
	for n := 254; n <= 257; n++ {
		text := strings.Repeat("Ab", 129)[:n]
		literal := text[:min(n, 256)]
		want, shown := `{"r":true,"q":true}`, `{"r":"`+text+`"}`
		if n > 256 {
			want, shown = "", ""
		}
		payload := `{"a":"` + text + `","b":"` + text + `","_a_zkpass_public_":true}`
		cases = append(cases,
			struct{ name, text, payload, want string }{fmt.Sprintf("string of %d bytes compared", n),
				`[{"output":{"r":{"==":[{"dvar":"a"},"` + literal + `"]}}},{"output":{"q":{"~==":[{"dvar":"a"},{"dvar":"b"}]}}}]`, payload, want},
			struct{ name, text, payload, want string }{fmt.Sprintf("string of %d bytes output", n),
				`[{"output":{"r":{"dvar":"a"}}}]`, payload, shown})
	}
	// 64-bit integers of all lengths, with both signs, around every power of ten.
	for v, digits := "9", 1; digits <= 20; v, digits = v+"9", digits+1 {
		for _, sign := range []string{"", "-"} {
			want, limit := `{"r":true,"q":`+fmt.Sprint(sign == "-")+`}`, sign+v
			if digits > 18 {
				limit = "9223372036854775807"
				want = `{"r":false,"q":` + fmt.Sprint(sign == "-") + `}`
			}
			if digits > 18 && len(v) > 18 {
				want = "" // 19 nines are past 64 bits
			}
			cases = append(cases, struct{ name, text, payload, want string }{sign + v,
				`[{"output":{"r":{"==":[{"dvar":"a"},` + limit + `]}}},{"output":{"q":{"<":[{"dvar":"a"},0]}}}]`,
				`{"a":` + sign + v + `}`, want})
		}
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { edge(t, c.text, c.payload).agrees(t, c.want, everything) })
	}
}

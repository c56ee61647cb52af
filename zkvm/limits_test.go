package zkvm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// Limits of the query language at their bounds and one past, through the circuits.
// Those that the compiler checks are tested past the bound in package query; here
// the largest that compiles is proven.

// bound is a case of a limit. want is the output, "" if there is none.
type bound struct{ name, text, payload, want string }

func (b *bound) run(t *testing.T) {
	t.Run(b.name, func(t *testing.T) { edge(t, b.text, b.payload).agrees(t, b.want, everything) })
}

// yes is a query of one expression that gives r, and the output where it is true.
const yes = `{"r":true}`

// numbered joins n items that are made of their numbers.
func numbered(n int, format string) string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf(format, i))
	}
	return strings.Join(items, ",")
}

func requireLong(t *testing.T) {
	t.Helper()
	if os.Getenv(longRuns) == "" {
		t.Skip("set " + longRuns + " to run it")
	}
}

// padded puts white space before the last bracket of a document, up to a size.
func padded(payload string, size int) string {
	return payload[:len(payload)-1] + strings.Repeat(" ", size-len(payload)) + payload[len(payload)-1:]
}

// TestLimitPayload: 16 KiB and no byte more, neither for an honest prover nor for
// one that lays out a longer text.
func TestLimitPayload(t *testing.T) {
	text := boolean(`{"==":[{"dvar":"a"},"x"]}`)
	edge(t, text, strings.Repeat(" ", MaxPayload-9)+`{"a":"x"}`).agrees(t, yes, unsigned)
	if _, err := ClassFor(MaxPayload+1, 1); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("a class for one byte more: %v", err)
	}
	p := compileJWT(t, text)
	for _, extra := range []int{0, 1} {
		payload := padded(`{"a":"x"}`, MaxPayload+extra)
		if _, err := document.Parse([]byte(payload)); errors.Is(err, document.ErrMalformed) != (extra > 0) {
			t.Errorf("%d bytes: %v", len(payload), err)
		}
		d, secret := sign(t, testKey, payload)
		d.Class = Class{Bytes: MaxPayload, Depth: 8}
		st := &Statement{Program: p, Time: testNow, Documents: []Document{d}, Output: []byte(yes)}
		if _, err := newPlan(st, []Secret{secret}, seeded(1)); (err != nil) != (extra > 0) {
			t.Errorf("laying out %d bytes: %v", len(payload), err)
		}
	}
}

// TestLimitContainers: 16 open at once, on the way to a member and beside it, and
// no more.
func TestLimitContainers(t *testing.T) {
	text := boolean(`{"==":[{"dvar":"a"},1]}`)
	for n := 15; n <= document.MaxDepth+1; n++ {
		arrays := `{"a":1,"b":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + `}`
		mixed := `{"b":` + strings.Repeat(`[{"c":`, (n-1)/2) + strings.Repeat("[", (n-1)%2) + "0" +
			strings.Repeat("]", (n-1)%2) + strings.Repeat(`}]`, (n-1)/2) + `,"a":1}`
		for _, payload := range []string{arrays, mixed} {
			if n <= document.MaxDepth {
				edge(t, text, payload).agrees(t, yes, everything)
				continue
			}
			if _, err := newSubject(t, compileJWT(t, text), map[string][]byte{"": []byte(payload)}, testNow); !errors.Is(err, document.ErrMalformed) {
				t.Errorf("%d containers: %v", n, err)
			}
			d, secret := sign(t, testKey, payload)
			d.Class = Class{Bytes: sizes[0], Depth: document.MaxDepth}
			st := &Statement{Program: compileJWT(t, text), Time: testNow, Documents: []Document{d}, Output: []byte(yes)}
			if _, err := newPlan(st, []Secret{secret}, seeded(1)); err == nil {
				t.Errorf("%d containers are laid out", n)
			}
		}
	}
	// The innermost of 16 is an array that a path goes over, with a filter or without.
	deep := func(inner string) string { return strings.Repeat(`{"a":`, 14) + inner + strings.Repeat("}", 14) }
	way := strings.TrimSuffix(strings.Repeat("a.", 14), ".")
	for _, b := range []bound{
		{"16, an element", boolean(`{"==":[{"dvar":"` + way + `[0][]"},"\n"]}`), deep(`[["\u000a"]]`), yes},
		{"16, filtered", boolean(`{"==":[{"count":"` + way + `[?k == '\"']"},1]}`), deep(`[{"k":"\""},{}]`), yes},
	} {
		b.run(t)
	}
}

// TestLimitDocuments: four, each in a class of its own.
func TestLimitDocuments(t *testing.T) {
	tags := []string{"a", "b", "c", "d"}
	payloads := map[string][]byte{
		"a": []byte(`{"x":"1","n":7}`),
		"b": []byte(padded(`{"x":"\u0031","n":7,"l":["\u0031","2"]}`, 200)),
		"c": []byte(padded(`{"x":"1","n":7,"deep":[[[[[[[[[0]]]]]]]]]}`, 300)),
		"d": []byte(padded(`{"x":"1","_x_zkpass_public_":true,"n":7,"deep":[[[[[[[["\n"]]]]]]]],"k":"\u0031"}`, 400)),
	}
	text := `[{"output":{"r":{"and":[{"==":[{"dvar":"a.x"},{"dvar":"b.x"}]},{"==":[{"dvar":"c.x"},{"dvar":"d.k"}]},{"==":[{"dvar":"b.l[]"},{"dvar":"d.x"},"or"]},` +
		`{"<=":[{"dvar":"a.n"},{"dvar":"d.n"}]},{"==":[{"dvar":"b.n"},{"dvar":"c.n"}]}]}}},{"output":{"x":{"dvar":"d.x"}}}]`
	jwt := func(tags []string) (opts []query.Option) {
		for _, tag := range tags {
			opts = append(opts, query.WithFormat(tag, query.JWT))
		}
		return opts
	}
	p, err := query.Compile([]byte(text), tags, jwt(tags)...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSubject(t, p, payloads, testNow)
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]bool{}
	for _, d := range s.st.Documents {
		classes[d.Class.String()] = true
	}
	for _, class := range []string{"192/8", "288/8e", "384/16", "480/16e"} {
		if !classes[class] {
			t.Errorf("no document has class %s, but %v", class, classes)
		}
	}
	want := `{"r":true,"x":"1"}`
	s.agrees(t, want, everything)
	st := s.with([]byte(want))
	proof, err := Prove(context.Background(), st, s.secrets)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(st, proof); err != nil {
		t.Error(err)
	}
	for i := range st.Documents { // each class is part of the statement
		other := *st
		other.Documents = append([]Document(nil), st.Documents...)
		other.Documents[i].Class.Depth ^= 8 ^ 16
		if err := Verify(&other, proof); !errors.Is(err, ErrProof) {
			t.Errorf("document %s in class %s: %v", other.Documents[i].Tag, other.Documents[i].Class, err)
		}
	}
	five := append(tags, "e")
	if _, err := query.Compile([]byte(text), five, jwt(five)...); !errors.Is(err, query.ErrCompile) {
		t.Errorf("five documents: %v", err)
	}
}

// TestLimitPaths: 64 paths, 8 of them with EACH, 32 contains, 1,024 expressions,
// nested 32 deep.
func TestLimitPaths(t *testing.T) {
	members := numbered(query.MaxPaths, `"m%[1]d":%[1]d`)
	for _, b := range []bound{
		{"64 paths", boolean(`{"and":[` + numbered(query.MaxPaths, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`) + `]}`), "{" + members + "}", yes},
		{"64 paths, the last is another", boolean(`{"and":[` + numbered(query.MaxPaths, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`) + `]}`),
			"{" + strings.Replace(members, `"m63":63`, `"m63":64`, 1) + "}", `{"r":false}`},
		{"8 with EACH", boolean(`{"and":[` + numbered(query.MaxEachPaths, `{"==":[{"dvar":"a[].k%d"},"\n"]}`) + `]}`),
			`{"a":[{` + numbered(query.MaxEachPaths, `"k%d":"\n"`) + `}]}`, yes},
		{"8 with EACH, filters of one array", boolean(`{"and":[` + numbered(query.MaxEachPaths, `{"==":[{"count":"a[?k == '%d']"},1]}`) + `]}`),
			`{"a":[` + numbered(query.MaxEachPaths, `{"k":"\u003%d"}`) + `]}`, yes},
		{"8 arrays, and 56 paths more", boolean(`{"and":[` + numbered(query.MaxEachPaths, `{"<":[{"dvar":"a%d[]"},9]}`) + `,` +
			numbered(query.MaxPaths-query.MaxEachPaths, `{"not":{"exists":"n%d"}}`) + `]}`),
			`{` + numbered(query.MaxEachPaths, `"a%[1]d":[%[1]d]`) + `}`, yes},
		{"32 contains", boolean(`{"and":[` + numbered(query.MaxContains, `{"contains":[{"dvar":"a"},"<%d>"]}`) + `]}`),
			`{"a":"` + strings.ReplaceAll(numbered(query.MaxContains, `<%d>`), ",", "") + `"}`, yes},
		{"32 contains, of members with escapes", boolean(`{"or":[` + numbered(query.MaxContains, `{"~contains":[{"dvar":"a"},{"dvar":"n%d"}]}`) + `]}`),
			`{"a":"X\n",` + numbered(query.MaxContains-1, `"n%d":"Y"`) + `,"n31":"x"}`, yes},
		{"1,024 expressions", boolean(`{"in":[{"dvar":"a"},[` + numbered(query.MaxExpressions-2, "%d") + `]]}`), `{"a":1021}`, yes},
		{"1,024 expressions, not among them", boolean(`{"in":[{"dvar":"a"},[` + numbered(query.MaxExpressions-2, `"%d"`) + `]]}`), `{"a":"1022"}`, `{"r":false}`},
		{"32 deep", boolean(strings.Repeat(`{"not":`, query.MaxNesting-1) + `{"dvar":"a"}` + strings.Repeat("}", query.MaxNesting-1)), `{"a":false}`, yes},
	} {
		b.run(t)
	}
}

// TestLimitHeader: a protected header of 4 KiB and no byte more.
func TestLimitHeader(t *testing.T) {
	q := ask(t, boolean(`{"==":[{"dvar":"a"},"x"]}`), `{"a":"x"}`)
	for _, n := range []int{4096, 4097} {
		d, s := signUnder(t, testKey, padded(`{"alg":"ES256"}`, n), `{"a":"x"}`)
		d.Class = q.st.Documents[0].Class
		st := *q.st
		st.Documents, st.Output = []Document{d}, q.output
		p, err := newPlan(&st, []Secret{s}, seeded(1))
		if n > 4096 {
			if err == nil {
				t.Errorf("a header of %d bytes is laid out", n)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := p.try(); err != nil {
			t.Errorf("header of %d bytes: %v", n, err)
		}
	}
}

// TestLimitElements: 32 elements and one more over 16 KiB, and the largest index.
func TestLimitElements(t *testing.T) {
	requireLong(t)
	for _, n := range []int{query.MaxElements, query.MaxElements + 1} {
		want := yes
		if n > query.MaxElements {
			want = ""
		}
		list := numbered(n, `{"k":"\u0073","n":"`+strings.Repeat("x", 400)+`\n%d"}`)
		payload := padded(`{"a":[`+list+`]}`, MaxPayload)
		edge(t, boolean(`{"==":[{"count":"a[?k == 's']"},32]}`), payload).agrees(t, want, unsigned)
		edge(t, boolean(`{"~!=":[{"dvar":"a[?!f].k"},"t"]}`), payload).agrees(t, want, unsigned)
		edge(t, boolean(`{"==":[{"dvar":"a[0].k"},"s"]}`), payload).agrees(t, yes, unsigned)
	}
	elements := strings.TrimSuffix(strings.Repeat("0,", query.MaxIndex), ",")
	text := boolean(`{"==":[{"dvar":"a[4095]"},1]}`)
	edge(t, text, `{"a":[`+elements+`,1]}`).agrees(t, yes, unsigned)
	edge(t, text, `{"a":[`+elements+`,2,1]}`).agrees(t, `{"r":false}`, unsigned)
	edge(t, text, `{"a":[`+elements[2:]+`,1]}`).agrees(t, "", unsigned)
}

// TestLimitEverything: over the largest documents, as much as queries may ask of
// strings with escapes can be laid out and is sound enough. Of four of them one
// can ask for all members, but not for more: those are refused as too large.
func TestLimitEverything(t *testing.T) {
	full := Class{Bytes: MaxPayload, Depth: document.MaxDepth, Escapes: true}
	four := []string{"a", "b", "c", "d"}
	arrays := numbered(query.MaxEachPaths, `{"~==":[{"dvar":"a%d[?k == 'x'].n"},"x"]}`)
	members := numbered(query.MaxPaths/4, `{"==":[{"dvar":"a.m%[1]d"},{"dvar":"b.m%[1]d"}]},{"==":[{"dvar":"c.m%[1]d"},{"dvar":"d.m%[1]d"}]}`)
	for _, c := range []struct {
		name, questions string
		class           Class
		tags            []string
		fits            bool
	}{
		{"folded arrays", numbered(query.MaxEachPaths, `{"~==":[{"dvar":"a%d[].n"},"x"]}`), full, []string{""}, true},
		{"arrays with filters", arrays, full, []string{""}, true},
		{"arrays beside strings", arrays + "," + numbered(query.MaxContains, `{"~contains":[{"dvar":"h"},{"dvar":"n%d"}]}`), full, []string{""}, true},
		{"a long array and many literals", numbered(341, `{"<":[{"dvar":"a[]"},%d]}`), Class{Bytes: MaxPayload, Depth: 8}, []string{""}, false},
		{"four documents", members, Class{Bytes: MaxPayload, Depth: 8}, four, true},
		{"four documents with escapes", members, full, four, false},
		{"four documents with arrays", `{"<":[{"dvar":"a.l[].n"},1]},{"<":[{"dvar":"b.l[].n"},1]},{"<":[{"dvar":"c.l[].n"},1]},{"<":[{"dvar":"d.l[].n"},1]},` + members[:strings.Index(members, `,{"==":[{"dvar":"a.m15`)],
			Class{Bytes: MaxPayload, Depth: 8}, four, false},
	} {
		p, err := query.Compile([]byte(boolean(`{"and":[`+c.questions+`]}`)), c.tags)
		if err != nil {
			t.Fatal(err)
		}
		e, err := EstimateCost(p, c.class, sampleKey)
		if !c.fits {
			if !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s, class %s: %v, want ErrTooLarge", c.name, c.class, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s, class %s: %v", c.name, c.class, err)
			continue
		}
		t.Logf("%s, class %s: %d bytes, %.1f bits", c.name, c.class, e.Bytes, e.Bits)
		if e.Bits < minBits {
			t.Errorf("%s: %.1f bits", c.name, e.Bits)
		}
	}
}

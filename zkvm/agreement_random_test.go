package zkvm

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/query"
)

// drawn is a random document.
type drawn struct {
	tag    string
	format query.Format
	root   *node
	layout uint64 // of white space
}

// pair is a random program over random documents.
type pair struct {
	docs []drawn
	*subject
}

const testDocument = "" // the tag of a document that is alone

// drawDocuments draws one document of a small size class, or sometimes two.
func drawDocuments(r *rand.Rand) []drawn {
	s := scribe{r}
	tags := []string{testDocument}
	if s.often(8) {
		tags = []string{"a", "B_2"}
	}
	limit := sizes[0]
	if s.often(7) {
		limit = sizes[2]
	}
	elements := 0 // of a long array
	switch {
	case s.often(6):
		elements, limit = query.MaxElements+1+s.IntN(60), sizes[6]
	case os.Getenv(longRuns) != "" && s.IntN(300) == 0:
		elements, limit = query.MaxLongArray-1+s.IntN(3), sizes[16]
	}
	var docs []drawn
	for _, tag := range tags {
		d := drawn{tag: tag, format: query.JWT}
		if s.often(30) {
			d.format = query.ZkPass
		}
		for d.root == nil || len(d.text()) > limit {
			d.root, d.layout = s.payload(d.format), r.Uint64()
			if elements > 0 && d.format == query.JWT {
				d.root.members = append(d.root.members, s.member("g", s.long(elements)), s.member(markerOf("g"), &node{kind: document.True, text: "true"}))
			}
		}
		docs = append(docs, d)
	}
	return docs
}

func (d *drawn) text() []byte { return writeDocument(d.root, d.layout) }

// subjectOf compiles a query over drawn documents.
func subjectOf(t testing.TB, docs []drawn, text string) (*subject, error) {
	t.Helper()
	var tags []string
	var formats []query.Option
	payloads := map[string][]byte{}
	for _, d := range docs {
		tags = append(tags, d.tag)
		formats = append(formats, query.WithFormat(d.tag, d.format))
		payloads[d.tag] = d.text()
	}
	p, err := query.Compile([]byte(text), tags, formats...)
	if err != nil {
		return nil, err
	}
	return newSubject(t, p, payloads, testNow)
}

func writeDocument(root *node, layout uint64) []byte {
	r := rand.New(rand.NewPCG(layout, 0))
	return []byte(scribe{r}.text(root, []int{0, 0, 4}[layout%3]))
}

// tally counts what the random pairs met.
type tally struct {
	sync.Mutex
	documents, programs, uncompiled int
	results, errors, escaped        int
	arrays, escapedElements, long   int // of the results
	checks, refusals, claims        int
	failed                          int
	ops                             map[query.Op]int // occurrences in programs with a result
	types                           map[query.Type]int
}

func (n *tally) String() string {
	return fmt.Sprintf("%d documents, %d programs (%d more did not compile): %d with a result, %d without; "+
		"of those with one %d with an escaped string, %d with [], %d with an escaped string in an element, %d with more than 32 elements; "+
		"%d checks, %d of them right refusals, %d of outputs that a repaired document would have",
		n.documents, n.programs, n.uncompiled, n.results, n.errors, n.escaped, n.arrays, n.escapedElements, n.long, n.checks, n.refusals, n.claims)
}

func (n *tally) note(s *subject) {
	n.Lock()
	defer n.Unlock()
	eachExpression(s.program.Body, func(e *query.Expr) { n.ops[e.Op]++ })
	out, err := s.program.Eval(s.docs, time.Unix(s.st.Time, 0))
	if err != nil {
		return
	}
	for _, r := range out.Results {
		n.types[r.Value.Type]++
	}
}

func (n *tally) disagreements() int {
	n.Lock()
	defer n.Unlock()
	return n.failed
}

func (n *tally) count(f func()) {
	n.Lock()
	defer n.Unlock()
	f()
}

// agreeOn draws one document and several programs from a seed and holds circuit
// and evaluator against each other.
func agreeOn(t testing.TB, seed uint64, n *tally) (disagreements []string) {
	r := rand.New(rand.NewPCG(seed, 1))
	docs := drawDocuments(r)
	n.count(func() { n.documents += len(docs) })
	const programs = 4
	for i := range programs {
		a := newAuthor(r, docs)
		var s *subject
		var text string
		for s == nil {
			text = a.program()
			var err error
			if s, err = subjectOf(t, docs, text); errors.Is(err, query.ErrCompile) {
				n.count(func() { n.uncompiled++ })
			} else if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		what := unsigned
		if i == 0 {
			what = everything
		}
		n.count(func() { n.programs++ })
		q := &pair{docs, s}
		for _, d := range q.agree(t, r, what, n) {
			d = fmt.Sprintf("seed %d, program %d: %s\n  query   %s", seed, i, d, text)
			for _, doc := range docs {
				d += fmt.Sprintf("\n  payload %q, %v: %s", doc.tag, doc.format, doc.text())
			}
			disagreements = append(disagreements, d)
		}
	}
	return disagreements
}

// agree returns in what the circuit does not do as the evaluator does.
func (q *pair) agree(t testing.TB, r *rand.Rand, what scope, n *tally) (out []string) {
	random := seeded(r.Uint64())
	refuse := func(output []byte, why string) {
		err := q.check(output, random, unsigned)
		n.count(func() { n.checks++; n.refusals++ })
		if !refused(err) {
			out = append(out, fmt.Sprintf("%s: output %s: %v", why, output, err))
		}
	}
	want, evalErr := q.evaluate()
	if evalErr != nil {
		n.count(func() { n.errors++ })
		claims := q.claims()
		n.count(func() { n.claims += len(claims) })
		list := candidates(q.subject, 60)
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for _, c := range append(claims, list[:min(2, len(list))]...) {
			refuse(c, "evaluator has "+evalErr.Error())
		}
		return out
	}
	if slices.ContainsFunc(q.st.Documents, func(d Document) bool { return d.Class.Escapes }) {
		n.count(func() { n.escaped++ })
	}
	each := slices.ContainsFunc(q.program.Paths, func(p query.Path) bool { return p.EachStep() >= 0 })
	elements := slices.ContainsFunc(q.program.Paths, func(p query.Path) bool {
		return p.EachStep() >= 0 && reads(&p, q.subject.docs[p.Tag])
	})
	long := slices.ContainsFunc(q.program.Paths, func(p query.Path) bool {
		e := p.EachStep()
		if e < 0 {
			return false
		}
		for v := range selected(q.subject.docs[p.Tag].Root, p.Steps[:e]) {
			if len(v.Elems) > query.MaxElements {
				return true
			}
		}
		return false
	})
	n.count(func() {
		n.results++
		if long {
			n.long++
		}
		if each {
			n.arrays++
		}
		if elements {
			n.escapedElements++
		}
	})
	n.note(q.subject)
	err := q.check(want, random, what)
	n.count(func() { n.checks++ })
	if err != nil {
		var v *circuit.Violation
		if what == unsigned && errors.As(err, &v) { // again, for its label
			err = q.check(want, random, everything)
		}
		out = append(out, fmt.Sprintf("right output %s: %v", want, err))
	}
	list := mutations(t, q.program, want)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	for _, m := range list[:min(2, len(list))] {
		refuse(m, "evaluator has "+string(want))
	}
	return out
}

// claims are the different results of the program on repaired documents.
func (q *pair) claims() (out [][]byte) {
	for _, fix := range repairs {
		docs := map[string]*document.Document{}
		var err error
		for _, d := range q.docs {
			if docs[d.tag], err = document.Parse(writeDocument(fix.apply(d.root), d.layout)); err != nil {
				break
			}
		}
		if err != nil {
			continue
		}
		got, err := q.program.Eval(docs, time.Unix(q.st.Time, 0))
		if err == nil && !slices.ContainsFunc(out, func(o []byte) bool { return string(o) == string(got.JSON) }) {
			out = append(out, got.JSON)
		}
	}
	return out
}

// longRuns is the environment variable that asks for runs of many minutes, as
// far as the flag -timeout lets them.
const longRuns = "ZKPASS_LONG"

// TestAgreementRandom runs seeds that are always the same and, in between, ones
// that change. To repeat a failure, put its seed into fixedSeeds.
func TestAgreementRandom(t *testing.T) {
	documents, limit := 900, 25*time.Second
	switch {
	case os.Getenv(longRuns) != "":
		documents, limit = 6000, time.Hour
	case testing.Short():
		documents = 60
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	start := rand.Uint64()
	t.Logf("the changing seeds start at %d", start)
	seeds := slices.Clone(fixedSeeds)
	for i := range uint64(documents) {
		if i%4 == 3 {
			seeds = append(seeds, start+i)
		} else {
			seeds = append(seeds, i)
		}
	}
	n := &tally{ops: map[query.Op]int{}, types: map[query.Type]int{}}
	deadline := time.Now().Add(limit)
	if end, ok := t.Deadline(); ok && deadline.After(end.Add(-time.Minute)) && os.Getenv(longRuns) != "" {
		deadline = end.Add(-time.Minute)
	}
	var next int
	t.Run("workers", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for n.disagreements() < 5 && time.Now().Before(deadline) {
					var i int
					n.count(func() { i = next; next++ })
					if i >= len(seeds) {
						return
					}
					for _, d := range agreeOn(t, seeds[i], n) {
						t.Error(d)
						n.count(func() { n.failed++ })
					}
				}
			})
		}
	})
	t.Log(n)
	if t.Failed() {
		return
	}
	if n.results < 400 {
		t.Log("too few programs with a result to ask for every operator and type")
		return
	}
	for op := query.Constant; op <= query.In; op++ {
		if n.ops[op] < n.results/200 { // how many programs there are depends on what else runs
			t.Errorf("operation %d occurs %d times only in programs with a result", op, n.ops[op])
		}
	}
	if n.arrays < n.results/20 || n.escapedElements < n.results/150 {
		t.Errorf("%d programs with a result go over arrays, %d over strings with escapes", n.arrays, n.escapedElements)
	}
	for _, op := range []query.Op{query.Age, query.DayDiff, query.Seconds, query.Is, query.StartsWith, query.EndsWith} {
		if n.ops[op] < n.results/200 {
			t.Errorf("operation %d occurs %d times only in programs with a result", op, n.ops[op])
		}
	}
	for _, typ := range []query.Type{query.String, query.Number, query.Boolean} {
		if n.types[typ] < 10 {
			t.Errorf("%v is the type of %d outputs only", typ, n.types[typ])
		}
	}
}

// fixedSeeds have once failed.
var fixedSeeds = []uint64{}

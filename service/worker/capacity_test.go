package worker

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// plannedCase is a statement as zkpass bench measures it, and its row in docs/operations.md.
type plannedCase struct {
	payload, members, elements int // bytes, or 0 with elements
	algorithm                  zkpass.Algorithm
	bits                       int // of RSA
}

// reference is the statement of zkpass bench --sizes 0.5, whose work is about 1.
var reference = plannedCase{payload: 512, members: 4, algorithm: zkpass.ES256}

func plannedCases() []plannedCase {
	cases := []plannedCase{reference}
	for _, kib := range []int{1, 2, 4, 8, 16} {
		cases = append(cases, plannedCase{payload: kib << 10, members: 4, algorithm: zkpass.ES256})
	}
	for _, c := range [][2]int{{1, 1}, {1, 16}, {1, 64}, {4, 16}, {4, 64}, {16, 16}} {
		cases = append(cases, plannedCase{payload: c[0] << 10, members: c[1], algorithm: zkpass.ES256})
	}
	for _, elements := range []int{32, 128, 512, 1024} {
		cases = append(cases, plannedCase{members: 1, elements: elements, algorithm: zkpass.ES256})
	}
	for _, a := range []zkpass.Algorithm{zkpass.RS256, zkpass.PS256} {
		for _, bits := range []int{2048, 4096} {
			cases = append(cases, plannedCase{payload: 512, members: 4, algorithm: a, bits: bits})
		}
	}
	return cases
}

// data is what is signed. It is the member data of the payload.
func (c plannedCase) data() string {
	if c.elements > 0 {
		return `{"groups":[` + join(c.elements, `"g%04d"`) + `]}`
	}
	return filled(c.payload-len(`{"data":}`), join(c.members, `"p%02[1]d":"v%02[1]d"`))
}

func (c plannedCase) query() string {
	if c.elements > 0 {
		return fmt.Sprintf(`{"==":[{"dvar":"groups[]"},"g%04d","or"]}`, c.elements-1)
	}
	return `{"and":[` + join(c.members, `{"==":[{"dvar":"p%02[1]d"},"v%02[1]d"]}`) + `]}`
}

// estimate is what is told of the statement without a document, as zkpass query explain does.
func (c plannedCase) estimate(t *testing.T) zkvm.Estimate {
	t.Helper()
	program, err := query.Compile([]byte(c.query()), []string{""})
	if err != nil {
		t.Fatal(err)
	}
	class, err := zkvm.ClassFor(len(`{"data":}`)+len(c.data()), 2)
	if err != nil {
		t.Fatal(err)
	}
	algorithm := map[zkpass.Algorithm]zkvm.Algorithm{zkpass.ES256: zkvm.ES256, zkpass.RS256: zkvm.RS256, zkpass.PS256: zkvm.PS256}[c.algorithm]
	e, err := zkvm.EstimateCost(program, class, zkvm.SampleKey(algorithm, max(c.bits, 256)))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// row is the statement's row in docs/operations.md.
func (c plannedCase) row(t *testing.T) string {
	elements, algorithm := "", string(c.algorithm)
	if c.elements > 0 {
		elements = fmt.Sprint(c.elements)
	}
	if c.bits > 0 {
		algorithm += fmt.Sprintf(", %d bits", c.bits)
	}
	e := c.estimate(t)
	return fmt.Sprintf("| %.2g | %d | %s | %s | %.1f | %d | %.0f |\n", float64(len(`{"data":}`)+len(c.data()))/1024, c.members, elements, algorithm,
		e.Load.Work(), need(e.Load)>>20, float64(e.Bytes)*resultBytes/1000)
}

// resultBytes is how many bytes of disk a result takes for each byte of its proof.
const resultBytes = 1.35

// TestCapacityTable: the table that docs/operations.md plans with, and its example, are what is computed.
func TestCapacityTable(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	var table strings.Builder
	for _, c := range plannedCases() {
		table.WriteString(c.row(t))
	}
	if !strings.Contains(page, table.String()) {
		t.Errorf("docs/operations.md has another table than\n%s", table.String())
	}

	// Eight cores that make 600 of the first row a minute each: as in what was measured.
	const cores, rate, peak, minutes = 8, 600, 3000, 10
	e := plannedCase{payload: 2 << 10, members: 8, algorithm: zkpass.RS256, bits: 2048}.estimate(t)
	w, r := e.Load.Work(), rate*reference.estimate(t).Load.Work()
	p := cores * r / (w + ownWork)
	size := float64(e.Bytes) * resultBytes
	for _, want := range []string{
		fmt.Sprintf("W = %.1f", w),
		fmt.Sprintf("P = 8 · %.0f / (%.1f + %.1f), which is %.0f a minute", r, w, ownWork, p),
		fmt.Sprintf("At %.0f a minute (ρ = 0.7) a job waits %.2f s", 0.7*p, 60*0.7*p/(2*p*p*0.3)),
		fmt.Sprintf("At %d a minute for %d minutes %.0f jobs queue, and the last waits %.1f minutes", peak, minutes, (peak-p)*minutes, (peak-p)*minutes/p),
		fmt.Sprintf("Results of an hour take %.1f GB", p*60*size/1e9),
		fmt.Sprintf("Proofs take 8 · %d MB", need(e.Load)>>20),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("docs/operations.md does not say %q", want)
		}
	}
}

// ownWork is what docs/operations.md counts for what the service itself does for a job.
const ownWork = 0.3

// TestCapacityRule: the rule of docs/operations.md gives the work within 30 %.
func TestCapacityRule(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	const rule = "W ≈ 0.4 + K · (1 + 0.05 · m + 1.5 · a)"
	if !strings.Contains(string(text), rule) {
		t.Errorf("docs/operations.md does not say %q", rule)
	}
	holds := func(name string, l libzk.Load, bytes, members, arrays int, more float64) {
		told := 0.4 + float64(bytes)/1024*(1+0.05*float64(members)+1.5*float64(arrays)) + more
		if off := told / l.Work(); off > 1.3 || off < 1/1.3 {
			t.Errorf("%s: the rule says %.2f, the work is %.2f", name, told, l.Work())
		}
	}
	for _, c := range plannedCases() {
		members, more := c.members, map[zkpass.Algorithm]float64{zkpass.RS256: 0.2, zkpass.PS256: 0.4}[c.algorithm]
		if c.elements > 0 { // an array without members in its elements counts as nothing
			members = 0
		}
		if c.bits == 4096 {
			more *= 2
		}
		holds(c.row(t), c.estimate(t).Load, len(`{"data":}`)+len(c.data()), members, 0, more)
	}
	for _, c := range memoryCases() {
		var bytes, arrays int
		if n, _ := fmt.Sscanf(c.name, "%d bytes, %d arrays", &bytes, &arrays); n != 2 || !strings.HasSuffix(c.name, " arrays") || strings.Contains(c.name, "members") {
			continue
		}
		l, err := c.task(t).load()
		if err != nil {
			t.Fatal(err)
		}
		holds(c.name, l, bytes, 0, arrays, 0)
	}
}

package zkvm

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// TestChunks holds the choice to the statements that it was made for.
func TestChunks(t *testing.T) {
	want := map[string]int{
		"Jane 192/8": 64, "Jane 384/8": 64, "Jane 480/8": 64, "Jane 960/8": 64, "Jane 1920/8": 128, "Jane 4608/8": 512,
		"Jane 9216/8": 1024, "Jane 16384/8": 2048, "Jane 16384/16": 2048, "age 576/8": 64, "elements 768/8e": 64, "contains 1152/8": 64, "four 16384/16": 2048,
	}
	for _, c := range sizeCases(t) {
		p, err := newPlan(c.st, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if p.chunk != want[c.name] {
			t.Errorf("%s: copies of %d factors, want %d", c.name, p.chunk, want[c.name])
		}
		if got := p.gf.Uses[p.shapeOf[circuits.Products]].Circuit.Name; got != fmt.Sprint("products", p.chunk) {
			t.Errorf("%s: circuit %s", c.name, got)
		}
	}
	// Members of containers count, of arrays' elements too.
	q := ask(t, boolean(`{"and":[{"==":[{"dvar":"a.b.c[2]"},1]},{"==":[{"dvar":"d[].e"},1,"and"]}]}`), padded(`{"a":{"b":{"c":[1,2,3]}},"d":[{"e":1}]}`, 1000))
	p, err := q.plan(string(q.output))
	if err != nil {
		t.Fatal(err)
	}
	if p.chunk != 128 { // six searches of 1,152 positions
		t.Errorf("copies of %d factors", p.chunk)
	}
}

// TestLinkInOneCopy: where a copy has 256 factors the link is one, and ties the two
// fields' digests as it does in four.
func TestLinkInOneCopy(t *testing.T) {
	q := ask(t, boolean(`{"and":[`+numbered(17, `{"==":[{"dvar":"m%d"},"x"]}`)+`]}`), padded(`{`+numbered(17, `"m%d":"x"`)+`}`, 960))
	f := q.claim(string(q.output))
	a := newAttack(t, f, cheat{})
	if a.chunk != 256 {
		t.Fatalf("copies of %d factors", a.chunk)
	}
	if label := a.check(t); label != "" {
		t.Fatalf("an honest witness breaks %q", label)
	}
	a.plan.secrets.P[signature.Mask] = signature.Field.Add(a.plan.secrets.P[signature.Mask], signature.Field.One())
	a.refused(t, "link", false)

	d, other := sign(t, testKey, `{"m0":"y"}`)
	signed := sha256.Sum256([]byte(d.Header + "." + other.Payload))
	forged := &fixture{f.st, []Secret{{Payload: f.secrets[0].Payload, Signature: other.Signature}}}
	newAttack(t, forged, cheat{signed: &signed}).refused(t, "link", true)
}

package zkvm

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// eachChunk runs a test for each number of factors that a copy may have.
func eachChunk(t *testing.T, f func(t *testing.T, chunk int)) {
	for _, chunk := range circuits.Chunks {
		t.Run(fmt.Sprint(chunk), func(t *testing.T) { f(t, chunk) })
	}
}

// factorBits commits n bits, all 1 but for each third, as factors 1 + b·(g^j - 1).
func factorBits(m *machine.Machine, n int) (factors []factor) {
	for j := range n {
		b := m.Bit(j%3 != 0)
		if m.Wiring() {
			factors = append(factors, factor{B: b, H: m.Constant(field.Sub(machine.PowerOfG(0, uint64(j)+1), one))})
		}
	}
	return factors
}

// A product over more factors than a copy has is what it should be, and no other bit fits
// what is published: neither in a copy's first factor, its last, nor in one of the copy that is not full.
func TestProductsOfEveryChunk(t *testing.T) {
	eachChunk(t, func(t *testing.T, chunk int) {
		n := chunk + chunk/2
		sum := uint64(0)
		for j := range n {
			if j%3 != 0 {
				sum += uint64(j) + 1
			}
		}
		a := machinetest.NewOf(t, chunk, 0, func(m *machine.Machine) {
			product := m.ProductForm(n, factorBits(m, n))
			m.ZeroForm("product is known", m.Add(product, m.Constant(machine.PowerOfG(0, sum))))
		})
		if a.Laid.Copies[circuits.Products] != 2 || a.Laid.Published != 2*field.Size() {
			t.Fatalf("%d copies, %d bytes published", a.Laid.Copies[circuits.Products], a.Laid.Published)
		}
		if label := a.Check(t, nil); label != "" {
			t.Fatalf("an honest witness breaks %q", label)
		}
		for _, j := range []int{0, 1, chunk - 1, chunk, n - 1} {
			other := machine.BitElem(j%3 == 0)
			if label := a.Check(t, map[int]elem{j: other}); label != "product is known" {
				t.Errorf("bit %d changed breaks %q", j, label)
			}
			if label := a.CheckAfter(t, j, other); label != "product" {
				t.Errorf("bit %d changed after its product is published breaks %q", j, label)
			}
		}
	})
}

// Where ok is 1 no factor is zero, in whatever copy, and where it is 0 one may be.
func TestNonzeroProductOfEveryChunk(t *testing.T) {
	eachChunk(t, func(t *testing.T, chunk int) {
		n := 2*chunk - 1
		for _, ok := range []bool{true, false} {
			a := machinetest.NewOf(t, chunk, 0, func(m *machine.Machine) {
				ok := m.Bit(ok)
				var factors []factor
				for range n {
					factors = append(factors, factor{B: m.Bit(false), H: m.One()})
				}
				m.NonzeroProduct(n, factors, ok)
			})
			if label := a.Check(t, nil); label != "" {
				t.Fatalf("an honest witness breaks %q", label)
			}
			for _, j := range []int{0, chunk - 1, chunk, n - 1} {
				want := ""
				if ok {
					want = zeroProduct
				}
				if label := a.Check(t, map[int]elem{1 + j: one}); label != want {
					t.Errorf("ok %t, factor %d zero breaks %q, want %q", ok, j, label, want)
				}
				if label := a.CheckAfter(t, 1+j, one); label != "product" {
					t.Errorf("ok %t, factor %d zero after the product is published breaks %q", ok, j, label)
				}
			}
		}
	})
}

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

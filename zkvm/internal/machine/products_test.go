package machine_test

import (
	"fmt"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
)

var (
	field gf128.Field
	one   = field.One()
)

// eachChunk runs a test for each number of factors that a copy may have.
func eachChunk(t *testing.T, f func(t *testing.T, chunk int)) {
	for _, chunk := range circuits.Chunks {
		t.Run(fmt.Sprint(chunk), func(t *testing.T) { f(t, chunk) })
	}
}

// factorBits commits n bits, all 1 but for each third, as factors 1 + b·(g^j - 1).
func factorBits(m *machine.Machine, n int) (factors []machine.Factor) {
	for j := range n {
		b := m.Bit(j%3 != 0)
		if m.Wiring() {
			factors = append(factors, machine.Factor{B: b, H: m.Constant(field.Sub(machine.PowerOfG(0, uint64(j)+1), one))})
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
			if label := a.Check(t, map[int]gf128.Elem{j: other}); label != "product is known" {
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
				var factors []machine.Factor
				for range n {
					factors = append(factors, machine.Factor{B: m.Bit(false), H: m.One()})
				}
				m.NonzeroProduct(n, factors, ok)
			})
			if label := a.Check(t, nil); label != "" {
				t.Fatalf("an honest witness breaks %q", label)
			}
			for _, j := range []int{0, chunk - 1, chunk, n - 1} {
				want := ""
				if ok {
					want = machinetest.ZeroProduct
				}
				if label := a.Check(t, map[int]gf128.Elem{1 + j: one}); label != want {
					t.Errorf("ok %t, factor %d zero breaks %q, want %q", ok, j, label, want)
				}
				if label := a.CheckAfter(t, 1+j, one); label != "product" {
					t.Errorf("ok %t, factor %d zero after the product is published breaks %q", ok, j, label)
				}
			}
		}
	})
}

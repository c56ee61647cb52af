package circuit

import (
	"errors"
	"reflect"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// compactSample has layers, constants, assertions inside and labels.
func compactSample[E comparable](f field.Field[E]) *Circuit[E] {
	b := NewBuilder(f, "sample")
	x := b.InputVector(5)
	y := b.Wire(b.Mul(x[0], x[1]))
	z := b.Wire(b.Mul(y, b.Add(x[2], b.Const(f.FromUint64(7)))))
	b.AssertBit(x[3], "bit %d", 3)
	b.AssertEqual(b.Mul(z, x[4]), b.Scale(f.FromUint64(9), y), "product")
	return b.Build()
}

func TestCompact(t *testing.T) {
	t.Run("gf2_128", func(t *testing.T) { testCompact(t, gf128.Field{}) })
	t.Run("p256", func(t *testing.T) { testCompact(t, p256.Field{}) })
}

func testCompact[E comparable](t *testing.T, f field.Field[E]) {
	want := compactSample(f)
	data := want.AppendCompact(nil)
	got, err := ReadCompact(f, data)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != want.ID || got.Name != want.Name || got.OneWire != want.OneWire {
		t.Errorf("read %s %x, want %s %x", got.Name, got.ID, want.Name, want.ID)
	}
	if !reflect.DeepEqual(got.Layers, want.Layers) || !reflect.DeepEqual(got.Constants, want.Constants) {
		t.Error("other layers or constants")
	}
	for j := range want.Layers {
		for g := range want.Layers[j].Outputs {
			if got.Label(j, g) != want.Label(j, g) {
				t.Errorf("layer %d, label %d: %q, want %q", j, g, got.Label(j, g), want.Label(j, g))
			}
		}
	}
	// What is changed, cut or of another circuit is refused.
	for i := range data {
		bad := append([]byte(nil), data...)
		bad[i] ^= 1
		if c, err := ReadCompact(f, bad); err == nil && !reflect.DeepEqual(c.labels, want.labels) {
			continue // labels and name are for reports, and not of the identifier
		} else if err == nil && c.Name == want.Name {
			t.Errorf("byte %d changed: %v", i, err)
		} else if err != nil && !errors.Is(err, ErrCompact) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := ReadCompact(f, data[:i]); !errors.Is(err, ErrCompact) {
			t.Errorf("cut to %d bytes: %v", i, err)
		}
	}
}

func FuzzReadCompact(f *testing.F) {
	f.Add(compactSample(gf128.Field{}).AppendCompact(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ReadCompact(gf128.Field{}, data); err != nil && !errors.Is(err, ErrCompact) {
			t.Error(err)
		}
	})
}

package value

import (
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// scalarLeaf makes a leaf that is the scalar with the given JSON text, at some offset.
func scalarLeaf(t testing.TB, scalar string) func(m *machine.Machine) *Leaf {
	t.Helper()
	const offset = 5
	doc, err := document.Parse([]byte(`{"v":` + scalar + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return func(m *machine.Machine) *Leaf {
		source := New(search.NewTree(&text.Source{Groups: 64, Depth: 8, Doc: doc}))
		l := &Leaf{Source: source, At: &search.Member{Node: doc.Root.Members[0].Value}}
		if m.Wiring() {
			far := one
			for range offset {
				far = field.Mul(far, m.Alpha())
			}
			l.Start = m.Constant(far)
			l.Text = m.Constant(field.Mul(far, m.TextFingerprint(scalar)))
		}
		return l
	}
}

// stringLeaf is scalarLeaf for a string.
func stringLeaf(t testing.TB, text string) func(m *machine.Machine) *Leaf {
	t.Helper()
	leafOf := scalarLeaf(t, string(document.AppendString(nil, text)))
	return func(m *machine.Machine) *Leaf {
		l := leafOf(m)
		l.IsString = m.Fixed(true)
		return l
	}
}

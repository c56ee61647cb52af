package golden

import (
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/zkvm"
)

// TestCases: each case can be signed, its query has a result, and its file says the same
// statement. Proofs are made and checked in package zkvm.
func TestCases(t *testing.T) {
	keys, names := Keys{}, map[string]bool{}
	classes, profiles := map[int]bool{}, map[libzk.Profile]bool{}
	kinds := map[string]bool{}
	for _, c := range Cases() {
		if names[c.Name] {
			t.Errorf("two cases %s", c.Name)
		}
		names[c.Name], profiles[c.Profile] = true, true
		st, _, err := c.Statement(keys)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		for _, d := range st.Documents {
			classes[d.Class.Bytes] = true
			class := d.Class
			class.Bytes = 0
			kinds[class.String()] = true
		}
		f := fileOf(c.Query, st)
		again, err := f.Statement()
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if g := fileOf(c.Query, again); len(g.Documents) != len(st.Documents) || g.Documents[0] != f.Documents[0] || g.Output != f.Output || g.Digest != f.Digest {
			t.Errorf("%s: the file's statement is another", c.Name)
		}
	}
	for n := 1; n <= zkvm.MaxPayload; n++ {
		if c, err := zkvm.ClassFor(n, 2); err != nil || !classes[c.Bytes] {
			t.Fatalf("no case of class %s: %v", c, err)
		}
	}
	for _, kind := range []string{"0/8", "0/16", "0/8e", "0/16e", "0/8n", "0/16n", "0/8en", "0/16en"} {
		if kind[:3] == "0/8" && !kinds[kind] && !kinds["0/16"+kind[3:]] {
			t.Errorf("no case of a class %s", kind[2:])
		}
	}
	if len(profiles) != 2 {
		t.Errorf("profiles %v", profiles)
	}
}

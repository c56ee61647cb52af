package merkle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func numbered(n int) []Digest {
	leaves := make([]Digest, n)
	for i := range leaves {
		leaves[i] = EndLeaf(append(BeginLeaf(nil), byte(i), byte(i>>8)))
	}
	return leaves
}

func pick[D any](leaves []D, at []int) []D {
	out := make([]D, len(at))
	for k, i := range at {
		out[k] = leaves[i]
	}
	return out
}

// flat is the concatenation of digests, hashed.
func flat(ds []DraftDigest) string {
	h := sha256.New()
	for _, d := range ds {
		h.Write(d[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestReferenceVectors checks roots and paths against the reference
// implementation's two vectors: the tree, and the commitment with nonces.
func TestReferenceVectors(t *testing.T) {
	tree := make([]DraftDigest, 256)
	for i := range tree {
		for j := range tree[i] {
			tree[i][j] = byte(17*i+13*j) ^ 0xaa
		}
	}
	columns := make([]DraftDigest, 193)
	counter := byte(42)
	for i := range columns {
		var b []byte
		for range 32 {
			b = append(b, counter)
			counter++
		}
		columns[i] = sha256.Sum256(append(b, byte(3*i), byte(5*i), byte(7*i), byte(11*i)))
	}
	for _, v := range []struct {
		name       string
		leaves     []DraftDigest
		open       []int
		root, path string
		length     int
	}{
		{"tree", tree, []int{3, 17, 35, 78, 129, 240},
			"e0a5a1b95f88a857d8dd18efbaaef652272dbaa696527c582b50d32dc3872308",
			"ea0e422669f63c6d764774433a50513a4f421a55ff33f93d134df892b70a9d1a", 31},
		{"commitment", columns, []int{3, 7, 12, 19, 24, 33, 40, 49, 58, 65, 76, 83, 91, 102, 111, 120, 129, 138, 147, 156, 165, 174, 181, 187, 191},
			"39b605e1d4c6fe1e77a37cf2dabaf0a6102189df224564d1d849c87370d787e8",
			"5ede2ad571a1e56ebb7eb2db20d34c9e75469b1d17c124b12f92c75538638454", 73},
	} {
		t.Run(v.name, func(t *testing.T) {
			tr := New(v.leaves)
			root := tr.Root()
			if hex.EncodeToString(root[:]) != v.root {
				t.Errorf("root %x, want %s", root, v.root)
			}
			path := tr.Open(v.open)
			if len(path) != v.length || flat(path) != v.path {
				t.Errorf("path of %d digests with hash %s, want %d with %s", len(path), flat(path), v.length, v.path)
			}
			if err := Verify(root, len(v.leaves), v.open, pick(v.leaves, v.open), path); err != nil {
				t.Error(err)
			}
		})
	}
}

// naive is the root by the definition of the heap.
func naive(leaves []Digest) Digest {
	nodes := append(make([]Digest, len(leaves)), leaves...)
	for i := len(leaves) - 1; i >= 1; i-- {
		h := sha256.Sum256(append(append([]byte{0x11}, nodes[2*i][:]...), nodes[2*i+1][:]...))
		copy(nodes[i][:], h[:26])
	}
	return nodes[1]
}

// TestVectors are trees whose nodes were computed by another implementation
// (Python's hashlib): leaves are SHA-256(10 i) cut to 26 bytes.
func TestVectors(t *testing.T) {
	for n, want := range map[int]string{
		1:   "707bf0b938f307b5c222e670598b865d5e1f8a8003df82c7abbf",
		2:   "ba45e0a1a080d2737a6146d88283ef5e888d796a51be54ee18bc",
		3:   "c2e9217f5445f4ad1e86abbbded0619e6f2f101d534bf195748d",
		7:   "a6f051d30a25dcad02079a2119616fbecfc468346b30a7ba9b85",
		128: "57709af46eccb4922bdc2c274ea2e11c29aee668261b6c1f87d3",
		129: "4045367c0ff17a646a5a7e4d8ba7eeafca4ab44a4456e9ac0c82",
	} {
		leaves := make([]Digest, n)
		for i := range leaves {
			leaves[i] = EndLeaf(append(BeginLeaf(nil), byte(i)))
		}
		if root := New(leaves).Root(); hex.EncodeToString(root[:]) != want {
			t.Errorf("%d leaves: root %x, want %s", n, root, want)
		}
	}
}

// TestDomains: no leaf is a node, whatever its content; and the two are not the
// first byte of a transcript's message.
func TestDomains(t *testing.T) {
	leaves := numbered(4)
	tree := New(leaves)
	root := tree.Root()
	// The two children of the root, presented as the leaves of a tree of two.
	left, right := tree.nodes[2], tree.nodes[3]
	if New([]Digest{left, right}).Root() != root {
		t.Fatal("the heap is not what this test thinks")
	}
	content := append(append([]byte(nil), left[:]...), right[:]...)
	if EndLeaf(append(BeginLeaf(nil), content...)) == root {
		t.Error("a leaf whose content is two nodes is their parent")
	}
	if leafDomain <= 2 || nodeDomain <= 2 || leafDomain == nodeDomain {
		t.Errorf("domains %#x and %#x", leafDomain, nodeDomain)
	}
	if b := BeginLeaf([]byte("old content")); len(b) != 1 || b[0] != 0x10 {
		t.Errorf("a leaf begins with %x", b)
	}
}

func TestRoot(t *testing.T) {
	for n := 1; n < 70; n++ {
		if New(numbered(n)).Root() != naive(numbered(n)) {
			t.Errorf("root of %d leaves differs", n)
		}
	}
	for _, n := range []int{511, 512, 1000, 1025, 4097} { // levels hashed in parallel
		if New(numbered(n)).Root() != naive(numbered(n)) {
			t.Errorf("root of %d leaves differs", n)
		}
	}
}

func TestOpenings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100).Draw(t, "n")
		leaves := numbered(n)
		at := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID[int]).Draw(t, "opened")
		tr := New(leaves)
		root, path, opened := tr.Root(), tr.Open(at), pick(leaves, at)
		if len(path) != PathLen(n, at) {
			t.Fatalf("path of %d, PathLen says %d", len(path), PathLen(n, at))
		}
		if err := Verify(root, n, at, opened, path); err != nil {
			t.Fatal(err)
		}
		refuse := func(what string, root Digest, at []int, opened, path []Digest) {
			if err := Verify(root, n, at, opened, path); !errors.Is(err, ErrPath) {
				t.Fatalf("%s: %v", what, err)
			}
		}
		flip := func(ds []Digest, label string) []Digest {
			ds = append([]Digest(nil), ds...)
			k := rapid.IntRange(0, len(ds)*Size*8-1).Draw(t, label)
			ds[k/8/Size][k/8%Size] ^= 1 << (k % 8)
			return ds
		}
		refuse("other root", flip([]Digest{root}, "root bit")[0], at, opened, path)
		refuse("other leaf", root, at, flip(opened, "leaf bit"), path)
		refuse("long path", root, at, opened, append(append([]Digest(nil), path...), Digest{}))
		refuse("no leaves", root, nil, nil, path)
		refuse("fewer digests than leaves", root, at, opened[1:], path)
		if len(path) > 0 {
			refuse("other path", root, at, opened, flip(path, "path bit"))
			refuse("short path", root, at, opened, path[:len(path)-1])
		}
		if len(at) > 1 {
			swapped := append([]Digest(nil), opened...)
			swapped[0], swapped[1] = swapped[1], swapped[0]
			refuse("leaves exchanged", root, at, swapped, path)
		}
	})
	// A leaf that is opened elsewhere.
	leaves := numbered(8)
	tr := New(leaves)
	if err := Verify(tr.Root(), 8, []int{0, 5}, pick(leaves, []int{2, 5}), tr.Open([]int{2, 5})); !errors.Is(err, ErrPath) {
		t.Errorf("leaf 2 as leaf 0: %v", err)
	}
	// A digest that is zero still has to be in the path.
	for at := range 2 {
		leaves := numbered(2)
		leaves[1-at] = Digest{}
		if err := Verify(New(leaves).Root(), 2, []int{at}, leaves[at:at+1], nil); !errors.Is(err, ErrPath) {
			t.Errorf("leaf %d without the zero beside it: %v", at, err)
		}
	}
	// The zero digest is not the root of an empty opening.
	if err := Verify(Digest{}, 8, nil, nil, nil); !errors.Is(err, ErrPath) {
		t.Errorf("nothing opened under a zero root: %v", err)
	}
}

func BenchmarkNew(b *testing.B) {
	leaves := numbered(4096)
	for b.Loop() {
		New(leaves)
	}
}

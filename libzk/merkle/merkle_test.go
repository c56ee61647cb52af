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
		leaves[i] = sha256.Sum256([]byte{byte(i), byte(i >> 8)})
	}
	return leaves
}

func pick(leaves []Digest, at []int) []Digest {
	out := make([]Digest, len(at))
	for k, i := range at {
		out[k] = leaves[i]
	}
	return out
}

// flat is the concatenation of digests, hashed.
func flat(ds []Digest) string {
	h := sha256.New()
	for _, d := range ds {
		h.Write(d[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestReferenceVectors checks roots and paths against the reference
// implementation's two vectors: the tree, and the commitment with nonces.
func TestReferenceVectors(t *testing.T) {
	tree := make([]Digest, 256)
	for i := range tree {
		for j := range tree[i] {
			tree[i][j] = byte(17*i+13*j) ^ 0xaa
		}
	}
	columns := make([]Digest, 193)
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
		leaves     []Digest
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
		nodes[i] = sha256.Sum256(append(append([]byte(nil), nodes[2*i][:]...), nodes[2*i+1][:]...))
	}
	return nodes[1]
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
			k := rapid.IntRange(0, len(ds)*256-1).Draw(t, label)
			ds[k/256][k%256/8] ^= 1 << (k % 8)
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

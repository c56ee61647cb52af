// Package merkle is a Merkle tree over any number of leaves: a binary heap of
// digests, opened at a set of leaves with one joint path.
//
// There are two kinds. Digest is that of the zkVM: the first 26 bytes of SHA-256
// over a domain byte and the content, so that a leaf is no node. DraftDigest is
// that of draft-google-cfrg-libzk: all of SHA-256, without domains.
//
// Leaves are digests supplied by the caller. Hiding is the caller's: what a leaf
// hashes must be hard to guess.
package merkle

import (
	"crypto/sha256"
	"errors"

	"github.com/zkpass-go/zkpass/libzk/internal/cores"
)

// Size is the length of a Digest in bytes. Collisions take 2^104 hashes.
const Size = 26

// Digest is a leaf or a node of the zkVM's tree.
type Digest [Size]byte

// DraftDigest is a leaf or a node of the draft's tree.
type DraftDigest [sha256.Size]byte

// The first byte of what is hashed. A transcript begins with one below these.
const (
	leafDomain = 0x10
	nodeDomain = 0x11
)

// BeginLeaf is an empty buffer, in the memory of b, to append the content of a
// leaf to.
func BeginLeaf(b []byte) []byte { return append(b[:0], leafDomain) }

// EndLeaf is the leaf whose content was appended to a buffer of BeginLeaf.
func EndLeaf(b []byte) Digest {
	h := sha256.Sum256(b)
	return Digest(h[:Size])
}

func (Digest) join(l, r *Digest) Digest {
	var b [1 + 2*Size]byte // one block of SHA-256
	b[0] = nodeDomain
	copy(b[1:], l[:])
	copy(b[1+Size:], r[:])
	return EndLeaf(b[:])
}

func (DraftDigest) join(l, r *DraftDigest) DraftDigest {
	var b [2 * sha256.Size]byte
	copy(b[:], l[:])
	copy(b[sha256.Size:], r[:])
	return sha256.Sum256(b[:])
}

// digest is implemented by both kinds.
type digest[D any] interface {
	Digest | DraftDigest
	join(l, r *D) D
}

// ErrPath means that an opening does not lead to the root.
var ErrPath = errors.New("merkle path does not lead to the root")

// Tree is a heap of digests: node 1 is the root, nodes n..2n-1 the leaves, node i
// the hash of nodes 2i and 2i+1.
type Tree[D digest[D]] struct {
	n     int
	nodes []D
}

// New builds the tree over leaves, at least one.
func New[D digest[D]](leaves []D) *Tree[D] {
	n := len(leaves)
	if n == 0 {
		panic("merkle: no leaves")
	}
	t := &Tree[D]{n: n, nodes: make([]D, 2*n)}
	copy(t.nodes[n:], leaves)
	// Levels [hi/2, hi) read only nodes at or above hi, so each is a parallel loop.
	for hi := n; hi > 1; hi = (hi + 1) / 2 {
		t.level((hi+1)/2, hi)
	}
	return t
}

// level hashes nodes lo..hi-1, whose children are all at or above hi.
func (t *Tree[D]) level(lo, hi int) {
	var d D
	workers := cores.Count()
	if hi-lo < 256 || workers == 1 {
		for i := hi - 1; i >= lo; i-- {
			t.nodes[i] = d.join(&t.nodes[2*i], &t.nodes[2*i+1])
		}
		return
	}
	var wg cores.Group
	for w := range workers {
		wg.Go(func() {
			a, b := lo+(hi-lo)*w/workers, lo+(hi-lo)*(w+1)/workers
			for i := a; i < b; i++ {
				t.nodes[i] = d.join(&t.nodes[2*i], &t.nodes[2*i+1])
			}
		})
	}
	wg.Wait()
}

// Root is the tree's root.
func (t *Tree[D]) Root() D { return t.nodes[1] }

// Open is the joint path of the given leaves, which must be distinct and in
// range: the nodes that a verifier cannot compute, from the leaves upward.
func (t *Tree[D]) Open(leaves []int) []D {
	known := onPath(t.n, leaves)
	var path []D
	for i := t.n - 1; i >= 1; i-- {
		if !known[i] {
			continue
		}
		if !known[2*i] {
			path = append(path, t.nodes[2*i])
		}
		if !known[2*i+1] {
			path = append(path, t.nodes[2*i+1])
		}
	}
	return path
}

// PathLen is the number of digests in the joint path of the given leaves of a
// tree with n leaves.
func PathLen(n int, leaves []int) int {
	known := onPath(n, leaves)
	m := 0
	for i := n - 1; i >= 1; i-- {
		if known[i] && known[2*i] != known[2*i+1] {
			m++
		}
	}
	return m
}

// Verify checks that digests are the leaves with the given indices of the tree
// with n leaves and the given root. A path that is too long or too short is
// refused, and so is an opening of no leaf. Indices must be distinct and in
// range, with one digest each.
func Verify[D digest[D]](root D, n int, leaves []int, digests, path []D) error {
	if len(leaves) == 0 || len(digests) != len(leaves) {
		return ErrPath
	}
	known := onPath(n, leaves)
	nodes := make([]D, 2*n)
	for k, i := range leaves {
		nodes[n+i] = digests[k]
	}
	child := func(i int) error {
		if known[i] {
			return nil
		}
		if len(path) == 0 {
			return ErrPath
		}
		nodes[i], path = path[0], path[1:]
		return nil
	}
	for i := n - 1; i >= 1; i-- {
		if !known[i] {
			continue
		}
		if err := child(2 * i); err != nil {
			return err
		}
		if err := child(2*i + 1); err != nil {
			return err
		}
		nodes[i] = root.join(&nodes[2*i], &nodes[2*i+1])
	}
	if len(path) != 0 || nodes[1] != root {
		return ErrPath
	}
	return nil
}

// onPath marks the leaves and all nodes above them.
func onPath(n int, leaves []int) []bool {
	known := make([]bool, 2*n)
	for _, i := range leaves {
		if known[n+i] {
			panic("merkle: leaf opened twice")
		}
		known[n+i] = true
	}
	for i := n - 1; i >= 1; i-- {
		known[i] = known[2*i] || known[2*i+1]
	}
	return known
}

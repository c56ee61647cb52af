// Package transcript is the Fiat-Shamir transcript of draft-google-cfrg-libzk:
// SHA-256 over typed, length-prefixed messages, and AES-256 in counter mode
// keyed with the hash for the challenges.
//
// A message written after a challenge was drawn starts a new key, so every
// challenge depends on everything written before it and on how much was drawn
// since the last message.
package transcript

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Message types.
const (
	tagBytes = 0x00
	tagElem  = 0x01
	tagArray = 0x02
)

// Transcript is one party's view of the transcript. It is not safe for
// concurrent use; Fork makes independent ones.
type Transcript struct {
	hash    hash.Hash
	block   cipher.Block // nil until a challenge is drawn after a message
	next    uint64       // counter of the next key stream block
	buf     [aes.BlockSize]byte
	unread  int
	scratch []byte
}

// New starts a transcript with a label.
func New(label []byte) *Transcript {
	t := &Transcript{hash: sha256.New()}
	t.WriteBytes(label)
	return t
}

// Fork returns a new transcript that starts from the state of t under a label.
// Forks with different labels are independent; t is not changed.
func (t *Transcript) Fork(label string) *Transcript {
	f := New([]byte("fork " + label))
	f.WriteBytes(t.hash.Sum(nil))
	return f
}

// Digest is the hash of everything written so far.
func (t *Transcript) Digest() [32]byte {
	var d [32]byte
	t.hash.Sum(d[:0])
	return d
}

func (t *Transcript) write(b []byte) {
	t.block = nil
	t.hash.Write(b)
}

func (t *Transcript) header(tag byte, n int) {
	b := append(t.scratch[:0], tag)
	b = binary.LittleEndian.AppendUint64(b, uint64(n))
	t.write(b)
	t.scratch = b
}

// WriteBytes writes a byte string.
func (t *Transcript) WriteBytes(b []byte) {
	t.header(tagBytes, len(b))
	t.write(b)
}

// WriteZeros writes a byte string of n zeros: the cost of evaluating the
// circuit in the random oracle, against attacks on the Fiat-Shamir transform by
// circuits that compute the hash.
func (t *Transcript) WriteZeros(n int) {
	t.header(tagBytes, n)
	var zeros [4096]byte
	for ; n > 0; n -= min(n, len(zeros)) {
		t.write(zeros[:min(n, len(zeros))])
	}
}

// WriteElem writes one field element.
func WriteElem[E comparable](t *Transcript, f field.Field[E], e E) {
	b := append(t.scratch[:0], tagElem)
	b = f.Append(b, e)
	t.write(b)
	t.scratch = b
}

// WriteElems writes an array of field elements with its length.
func WriteElems[E comparable](t *Transcript, f field.Field[E], es []E) {
	t.header(tagArray, len(es))
	b := t.scratch[:0]
	for _, e := range es {
		b = f.Append(b, e)
	}
	t.write(b)
	t.scratch = b
}

// Read draws len(p) challenge bytes. It never fails.
func (t *Transcript) Read(p []byte) (int, error) {
	if t.block == nil {
		var key [32]byte
		block, err := aes.NewCipher(t.hash.Sum(key[:0]))
		if err != nil {
			panic("transcript: " + err.Error()) // a 32-byte key is always accepted
		}
		t.block, t.next, t.unread = block, 0, 0
	}
	for n := 0; n < len(p); {
		if t.unread == 0 {
			t.buf = [aes.BlockSize]byte{}
			binary.LittleEndian.PutUint64(t.buf[:], t.next)
			t.block.Encrypt(t.buf[:], t.buf[:])
			t.next++
			t.unread = len(t.buf)
		}
		m := copy(p[n:], t.buf[len(t.buf)-t.unread:])
		n += m
		t.unread -= m
	}
	return len(p), nil
}

// Challenge draws a uniform field element.
func Challenge[E comparable](t *Transcript, f field.Field[E]) E {
	e, err := f.Sample(t)
	if err != nil {
		panic("transcript: " + err.Error()) // Read never fails
	}
	return e
}

// Challenges draws n uniform field elements.
func Challenges[E comparable](t *Transcript, f field.Field[E], n int) []E {
	es := make([]E, n)
	for i := range es {
		es[i] = Challenge(t, f)
	}
	return es
}

// Nat draws a uniform integer in 0..n-1, n > 0, by rejection.
func (t *Transcript) Nat(n int) int {
	if n <= 0 {
		panic("transcript: Nat of a bound that is not positive")
	}
	size, mask := 0, 0
	for v := n; v != 0; v >>= 8 {
		size++
	}
	for n&mask != n {
		mask = mask<<1 | 1
	}
	var b [8]byte
	for {
		t.Read(b[:size])
		if r := int(binary.LittleEndian.Uint64(b[:])) & mask; r < n {
			return r
		}
	}
}

// Choose draws k distinct integers in 0..n-1, in the order drawn, k <= n.
func (t *Transcript) Choose(n, k int) []int {
	if k > n {
		panic("transcript: Choose of more than there are")
	}
	if k == 0 {
		return nil
	}
	a := make([]int, n)
	for i := range a {
		a[i] = i
	}
	for i := range k {
		j := i + t.Nat(n-i)
		a[i], a[j] = a[j], a[i]
	}
	return a[:k:k]
}

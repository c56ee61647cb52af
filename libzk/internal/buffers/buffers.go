// Package buffers keeps large slices for the next proof. A proof takes tens of megabytes,
// a part at a time; asking the system for them anew costs more than what is computed in
// them, and collecting garbage more often than needed holds both processors.
//
// Nothing outlives its use: a slice is wiped when it is given back, so that no secret of
// a proof stays behind in it, and all slices read as zeros when they are made.
package buffers

import (
	"math/bits"
	"reflect"
	"sync"
	"unsafe"
)

// least is the size in bytes from which on a slice is worth keeping.
const least = 4 << 10

// pool keeps slices of one type, by class. What is not used for a while the
// garbage collector takes.
type pool struct{ classes [256]sync.Pool }

var pools sync.Map // of *pool by element type

func poolOf[E any]() *pool {
	key := reflect.TypeFor[E]()
	if p, ok := pools.Load(key); ok {
		return p.(*pool)
	}
	p, _ := pools.LoadOrStore(key, new(pool))
	return p.(*pool)
}

// class is the smallest class with room for n elements, and its room: there are four
// classes between powers of two.
func class(n int) (index, room int) {
	if n <= 4 {
		return n, n
	}
	exponent := bits.Len(uint(n-1)) - 3 // n-1 has its three highest bits above
	top := (n-1)>>exponent + 1          // 5..8
	return 4*exponent + top, top << exponent
}

func kept[E any](n int) bool { return n*int(unsafe.Sizeof(*new(E))) >= least }

// Make makes a slice of n zeros. Its elements must have no pointers, since what is kept is
// kept whole. The slice may be given back with Free, once, by whoever owns it.
func Make[E any](n int) []E {
	if !kept[E](n) {
		return make([]E, n)
	}
	index, room := class(n)
	if v := poolOf[E]().classes[index].Get(); v != nil {
		return (*v.(*[]E))[:n]
	}
	return make([]E, n, room)
}

// Free wipes a slice that Make has made and keeps its memory. Neither it nor any part of
// it may be used any more. Slices of other origin, or that have grown since, it only wipes.
func Free[E any](v []E) {
	v = v[:cap(v)]
	clear(v)
	if !kept[E](len(v)) {
		return
	}
	if index, room := class(len(v)); room == len(v) {
		poolOf[E]().classes[index].Put(&v)
	}
}

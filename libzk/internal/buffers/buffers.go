// Package buffers keeps large slices for the next proof. A proof takes tens of megabytes,
// a part at a time; asking the system for them anew costs more than what is computed in
// them, and collecting garbage more often than needed holds both processors.
//
// Nothing is kept before Keep: a process that makes one proof needs no memory but for that.
//
// Nothing outlives its use: a slice is wiped when it is given back, so that no secret of
// a proof stays behind in it, and all slices read as zeros when they are made.
package buffers

import (
	"math/bits"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	// least is the size in bytes from which on a slice is worth keeping.
	least = 4 << 10
	// most is how many bytes are kept at most: a proof of a common document uses some 40 MB.
	most = 64 << 20
	// unused is how many times garbage is collected until a slice that nobody has used goes too.
	// Package sync's Pool keeps them for two, of which a proof may take more.
	unused = 8
)

var (
	pools sync.Map    // of *pool[E] by element type
	keeps atomic.Bool // slices that are given back are kept
	held  atomic.Int64
	cycle atomic.Int64 // collections of garbage
)

// pool keeps slices of one type, by class.
type pool[E any] struct {
	mu      sync.Mutex
	classes [256][]kept[E]
}

type kept[E any] struct {
	slice []E
	since int64 // cycle
}

func poolOf[E any]() *pool[E] {
	key := reflect.TypeFor[E]()
	if p, ok := pools.Load(key); ok {
		return p.(*pool[E])
	}
	p, _ := pools.LoadOrStore(key, new(pool[E]))
	return p.(*pool[E])
}

func size[E any](n int) int64 { return int64(n) * int64(unsafe.Sizeof(*new(E))) }

// take returns the slice of a class that was used last, or nil.
func (p *pool[E]) take(class int) []E {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &p.classes[class]
	if len(*c) == 0 {
		return nil
	}
	v := (*c)[len(*c)-1].slice
	(*c)[len(*c)-1] = kept[E]{}
	*c = (*c)[:len(*c)-1]
	held.Add(-size[E](len(v)))
	return v
}

// keep keeps a slice of a class, if not too much is kept already.
func (p *pool[E]) keep(class int, v []E) {
	if n := size[E](len(v)); held.Add(n) > most {
		held.Add(-n)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.classes[class] = append(p.classes[class], kept[E]{v, cycle.Load()})
}

// forget drops slices that were kept in a cycle before.
func (p *pool[E]) forget(before int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, c := range p.classes {
		old := 0 // those kept first come first
		for old < len(c) && c[old].since < before {
			held.Add(-size[E](len(c[old].slice)))
			old++
		}
		if old > 0 {
			p.classes[i] = append([]kept[E](nil), c[old:]...)
		}
	}
}

// Keep has slices kept from now on: it is called when a proof has been made or verified,
// after which there may be others.
func Keep() { keeps.Store(true) }

// Forget drops what is kept, and keeps nothing until Keep.
func Forget() {
	keeps.Store(false)
	dropBefore(cycle.Load() + 1)
}

func dropBefore(cycle int64) {
	pools.Range(func(_, p any) bool {
		p.(interface{ forget(int64) }).forget(cycle)
		return true
	})
}

func init() { watch() }

// watch has the next collection of garbage counted, and so on.
func watch() {
	type collected struct{ itself *collected }
	runtime.SetFinalizer(new(collected), func(*collected) {
		dropBefore(cycle.Add(1) - unused)
		watch()
	})
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

// Make makes a slice of n zeros. Its elements must have no pointers, since what is kept is
// kept whole. The slice may be given back with Free, once, by whoever owns it.
func Make[E any](n int) []E {
	if size[E](n) < least {
		return make([]E, n)
	}
	index, room := class(n)
	if v := poolOf[E]().take(index); v != nil {
		return v[:n]
	}
	return make([]E, n, room)
}

// Free wipes a slice that Make has made and keeps its memory. Neither it nor any part of
// it may be used any more. Slices of other origin, or that have grown since, it only wipes.
func Free[E any](v []E) {
	v = v[:cap(v)]
	clear(v)
	if size[E](len(v)) < least || !keeps.Load() {
		return
	}
	if index, room := class(len(v)); room == len(v) {
		poolOf[E]().keep(index, v)
	}
}

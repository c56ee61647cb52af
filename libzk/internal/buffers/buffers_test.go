package buffers

import (
	"runtime"
	"testing"
	"time"
)

// TestWiped: what was in a slice is gone once it is given back, beyond its length too, and
// what is made is zero.
func TestWiped(t *testing.T) {
	Keep()
	for _, n := range []int{0, 1, 3, 1000, 1 << 12, 1<<12 + 1, 12345, 1 << 16} {
		v := Make[uint64](n)
		if len(v) != n {
			t.Fatalf("%d elements, want %d", len(v), n)
		}
		all := v[:cap(v)]
		for i := range all {
			if all[i] != 0 {
				t.Fatalf("%d elements: element %d is %d", n, i, all[i])
			}
			all[i] = 1
		}
		Free(v)
		for i := range all {
			if all[i] != 0 {
				t.Fatalf("%d elements: element %d is kept", n, i)
			}
		}
	}
	for range 100 { // of the same memory, mostly
		v := Make[uint64](5000)
		for i := range v {
			if v[i] != 0 {
				t.Fatalf("element %d is %d", i, v[i])
			}
			v[i] = uint64(i)
		}
		Free(v)
	}
}

// TestApart: slices in use at once share nothing, of whatever types and lengths.
func TestApart(t *testing.T) {
	Keep()
	type pair struct{ a, b uint64 }
	var words [][]uint64
	var pairs [][]pair
	for round := range 3 {
		for i := range 50 {
			w, p := Make[uint64](2000+i), Make[pair](1000+i)
			for k := range w {
				w[k] = uint64(100*round + i)
			}
			for k := range p {
				p[k] = pair{uint64(i), uint64(round)}
			}
			words, pairs = append(words, w), append(pairs, p)
		}
		for i := range 50 {
			for _, x := range words[i] {
				if x != uint64(100*round+i) {
					t.Fatal("two slices share memory")
				}
			}
			for _, x := range pairs[i] {
				if x != (pair{uint64(i), uint64(round)}) {
					t.Fatal("two slices share memory")
				}
			}
			Free(words[i])
			Free(pairs[i])
		}
		words, pairs = nil, nil
	}
}

// TestClass: a class has room for what falls into it, wastes a quarter at most, and is
// found again by its room.
func TestClass(t *testing.T) {
	last, lastRoom := -1, -1
	for n := range 1 << 16 {
		index, room := class(n)
		if room < n || 4*room > 5*n+4 {
			t.Fatalf("%d elements: room for %d", n, room)
		}
		if again, same := class(room); again != index || same != room {
			t.Fatalf("room for %d is of class %d, and of class %d with room for %d", room, index, again, same)
		}
		if (index == last) != (room == lastRoom) || index < last {
			t.Fatalf("%d elements: class %d of room %d after class %d of room %d", n, index, room, last, lastRoom)
		}
		last, lastRoom = index, room
	}
}

// TestBound: no more is kept than the bound, and what nobody uses for some collections of
// garbage is not kept any longer.
func TestBound(t *testing.T) {
	type mine struct{ a uint64 }
	Forget()
	var all [][]mine
	for range most * 3 / 2 / (1 << 20) {
		all = append(all, Make[mine](1<<17))
	}
	Free(all[0])
	if n := held.Load(); n != 0 {
		t.Errorf("%d bytes kept before Keep", n)
	}
	Keep()
	for _, v := range all[1:] {
		Free(v)
	}
	if n := held.Load(); n > most || n < most/2 {
		t.Errorf("%d bytes kept of half as much again as %d", n, most)
	}
	Forget()
	if n := held.Load(); n != 0 {
		t.Errorf("%d bytes kept after Forget", n)
	}
	Keep()
	for range most / (1 << 21) {
		Free(Make[mine](1 << 17))
	}
	if held.Load() == 0 {
		t.Error("nothing is kept after Keep")
	}
	all = nil
	for range 1000 { // finalizers run some time after a collection
		if held.Load() == 0 {
			return
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d bytes are kept although nobody uses them", held.Load())
}

// Package derived keeps values that follow from a field and sizes and take long
// to make: encoders and the like.
package derived

import (
	"fmt"
	"slices"
	"sync"

	"github.com/zkpass-go/zkpass/libzk/field"
)

// Encoders take up to 9 MB each (a code word of 2^16 symbols over P-256). A proof
// over both fields uses two, one of the draft two.
var encoders = NewCache(24)

// Encoder is the field's encoder of a code, kept.
func Encoder[E comparable](f field.Field[E], k, n int) field.Encoder[E] {
	return encoders.Get(fmt.Sprint(f.Name(), " ", k, " ", n), func() any { return f.NewEncoder(k, n) }).(field.Encoder[E])
}

// Forget drops the encoders.
func Forget() { encoders.Clear() }

// Cache keeps values derived from a field and sizes. Sizes follow from the
// statement, and whoever writes statements can make many of them, so the cache
// forgets the values not used for longest.
type Cache struct {
	limit int

	mu      sync.Mutex
	entries []*entry // the one used last comes last
}

// NewCache makes a cache of a number of values.
func NewCache(limit int) *Cache { return &Cache{limit: limit} }

type entry struct {
	key   string
	value func() any
}

// Get returns the value for a key, made once for all that ask at the same time.
func (c *Cache) Get(key string, derive func() any) any {
	c.mu.Lock()
	var e *entry
	if i := slices.IndexFunc(c.entries, func(e *entry) bool { return e.key == key }); i >= 0 {
		e = c.entries[i]
		c.entries = slices.Delete(c.entries, i, i+1)
	} else {
		e = &entry{key, sync.OnceValue(derive)}
		if len(c.entries) == c.limit {
			c.entries = slices.Delete(c.entries, 0, 1)
		}
	}
	c.entries = append(c.entries, e)
	c.mu.Unlock()
	return e.value()
}

// Clear forgets all.
func (c *Cache) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
}

package ligero

import (
	"slices"
	"sync"
)

// Encoders take up to 9 MB each (a code word of 2^16 symbols over P-256), bases
// up to 2 MB. A proof over both fields uses six encoders and two bases.
var (
	encoders = cache{limit: 24}
	bases    = cache{limit: 24}
)

// cache keeps values derived from a field and sizes. Sizes follow from the
// statement, and whoever writes statements can make many of them, so the cache
// forgets the values not used for longest.
type cache struct {
	limit int

	mu      sync.Mutex
	entries []*entry // the one used last comes last
}

type entry struct {
	key   string
	value func() any
}

// get returns the value for a key, made once for all that ask at the same time.
func (c *cache) get(key string, derive func() any) any {
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

func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
}

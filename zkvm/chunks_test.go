package zkvm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

// TestFrozenChunks: how many factors a copy of products has, on both sides of each step
// of the rule, by the size class and the number of members that are searched for.
func TestFrozenChunks(t *testing.T) {
	key := keyOf(testKey)
	for _, c := range []struct{ bytes, searches, want int }{
		{192, 1, 64}, {192, 21, 64}, {192, 22, 128},
		{288, 14, 64}, {288, 15, 128}, {288, 28, 128}, {288, 29, 256},
		{2304, 1, 64}, {2304, 2, 128}, {2304, 3, 128}, {2304, 4, 256},
		{16_384, 1, 512}, {16_384, 2, 1024}, {16_384, 3, 1024}, {16_384, 4, 2048}, {16_384, 9, 2048},
	} {
		var terms []string
		for i := range c.searches {
			terms = append(terms, fmt.Sprintf(`{"==":[{"dvar":"m%d"},1]}`, i))
		}
		p, err := query.Compile([]byte(`[{"output":{"r":{"and":[`+strings.Join(terms, ",")+`]}}}]`), []string{""}, query.WithFormat("", query.JWT))
		if err != nil {
			t.Fatal(err)
		}
		d, _ := sign(t, testKey, `{}`)
		d.Key, d.Class = key, Class{Bytes: c.bytes, Depth: 8}
		plan, err := newPlan(&Statement{Program: p, Time: testNow, Documents: []Document{d}, Output: []byte(`{"r":true}`)}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if plan.chunk != c.want {
			t.Errorf("%d bytes, %d searches: %d factors a copy, want %d", c.bytes, c.searches, plan.chunk, c.want)
		}
	}
}

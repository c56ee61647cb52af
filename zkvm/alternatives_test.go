package zkvm

import (
	"fmt"
	"strings"
	"testing"
)

// TestAlternativesDoNotDouble lays out queries that pass a local on through ifs:
// the work must grow with the query's length, not double with each if.
func TestAlternativesDoNotDouble(t *testing.T) {
	rows := func(n int) int {
		list := []string{`{"assign":{"l0":{"dvar":"a"}}}`}
		for i := range n {
			list = append(list, fmt.Sprintf(`{"if":{"condition":{"dvar":"b"},"then":[{"assign":{"l%d":{"lvar":"l%d"}}}],"else":[{"assign":{"l%d":{"lvar":"l%d"}}}]}}`, i+1, i, i+1, i))
		}
		list = append(list, fmt.Sprintf(`{"output":{"r":{"==":[{"lvar":"l%d"},1]}}}`, n))
		p, err := newPlan(newFixture(t, "["+strings.Join(list, ",")+"]", `{"a":1,"b":true}`).st, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p.gf.Rows
	}
	if few, many := rows(4), rows(12); many > 4*few {
		t.Errorf("%d rows for 4 ifs, %d for 12", few, many)
	}
}

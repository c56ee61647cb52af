package json

import (
	"slices"
	"testing"
)

// TestStackOfOneLevelMore: an opener beyond the depth breaks the stack, though the state after it is the one that would
// follow with more room.
func TestStackOfOneLevelMore(t *testing.T) {
	for depth := 1; depth < MaxDepth; depth++ {
		before := State{Mode: firstElement, Depth: 1<<depth - 1}
		after, flags, err := Step(before, '[', depth+1)
		if err != nil {
			t.Fatal(err)
		}
		v := Values{Row: Row{Active: true, X: '[', State: before, Flags: flags}, Next: after}
		if labels := v.Violations(depth + 1); len(labels) != 0 {
			t.Errorf("%d containers, room for one more: %v", depth, labels)
		}
		if labels := v.Violations(depth); !slices.Contains(labels, LabelStack) {
			t.Errorf("%d containers and one more: %v", depth, labels)
		}
	}
}

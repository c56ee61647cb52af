package zkvm

import (
	"fmt"
	"testing"
)

// TestBranchesOfBooleans: a local that is one computed boolean on one way through the query and another on
// the other, in all eight cases: only that of the way that is gone counts.
func TestBranchesOfBooleans(t *testing.T) {
	p := compileJWT(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":{"==":[{"dvar":"a"},1]}}}],"else":[{"assign":{"v":{"==":[{"dvar":"b"},1]}}}]}},{"output":{"r":{"lvar":"v"}}}]`)
	for k := range 8 {
		payload := fmt.Sprintf(`{"c":%t,"a":%d,"b":%d}`, k&1 == 1, k>>1&1, k>>2)
		agree(t, p, payload, testNow, booleans...)
	}
}

// TestBranchesOfMembers: a local that is one member on one way and another on the other, where a condition asks for
// it: it is true where the one of the way that is gone is.
func TestBranchesOfMembers(t *testing.T) {
	p := compileJWT(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":{"dvar":"a"}}}],"else":[{"assign":{"v":{"dvar":"b"}}}]}},{"output":{"r":{"not":{"lvar":"v"}}}}]`)
	for k := range 8 {
		payload := fmt.Sprintf(`{"c":%t,"a":%t,"b":%t}`, k&1 == 1, k>>1&1 == 1, k>>2 == 1)
		agree(t, p, payload, testNow, booleans...)
	}
}

// TestBranchesOfBranches: such a local is passed on where another is made otherwise, on either side.
func TestBranchesOfBranches(t *testing.T) {
	v := `{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":{"==":[{"dvar":"a"},1]}}}],"else":[{"assign":{"v":{"==":[{"dvar":"b"},1]}}}]}}`
	pass, other := `[{"assign":{"w":{"lvar":"v"}}}]`, `[{"assign":{"w":{"==":[{"dvar":"e"},1]}}}]`
	for _, w := range [][2]string{{pass, other}, {other, pass}} {
		p := compileJWT(t, `[`+v+`,{"if":{"condition":{"dvar":"d"},"then":`+w[0]+`,"else":`+w[1]+`}},{"output":{"r":{"lvar":"w"}}}]`)
		for k := range 16 {
			payload := fmt.Sprintf(`{"c":true,"a":%d,"b":%d,"d":%t,"e":%d}`, k&1, k>>1&1, k>>2&1 == 1, k>>3)
			agree(t, p, payload, testNow, booleans...)
		}
	}
}

// TestBranchesOfKinds: computed on two ways, a member on the third.
func TestBranchesOfKinds(t *testing.T) {
	p := compileJWT(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":{"==":[{"dvar":"a"},1]}}}],"else":[{"if":{"condition":{"dvar":"d"},`+
		`"then":[{"assign":{"v":{"==":[{"dvar":"b"},1]}}}],"else":[{"assign":{"v":{"dvar":"x"}}}]}}]}},{"output":{"r":{"lvar":"v"}}}]`)
	for k := range 16 {
		payload := fmt.Sprintf(`{"c":%t,"d":%t,"a":%d,"b":%d,"x":%t}`, k&1 == 1, k>>1&1 == 1, k>>2&1, k>>3, k>>2&1 == 0)
		agree(t, p, payload, testNow, booleans...)
	}
}

// TestBranchesOfTimes: a literal that is no time matters only on the way that is gone.
func TestBranchesOfTimes(t *testing.T) {
	p := compileJWT(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":"2026-03-01T12:00:00Z"}}],"else":[{"assign":{"v":"noon"}}]}},{"output":{"r":{"<":[{"get_time":[{"lvar":"v"},"RFC3339"]},5]}}}]`)
	if !agree(t, p, `{"c":true}`, testNow, booleans...) || agree(t, p, `{"c":false}`, testNow, booleans...) {
		t.Error("the evaluator takes noon for a time, or does not know one")
	}
}

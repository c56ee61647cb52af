package zkvm

import (
	"fmt"
	"strings"
	"testing"
)

func TestSoundness(t *testing.T) {
	for _, size := range []int{len(janeClaims), 1000, 4000} {
		payload := strings.TrimSuffix(janeClaims, "}") + `,"filler":"` + strings.Repeat("x", max(0, size-len(janeClaims)-12)) + `"}`
		f := newFixture(t, janeQuery, payload)
		bits, err := Soundness(f.st)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("class %s: %.1f bits", f.st.Documents[0].Class, bits)
		if bits < minBits {
			t.Errorf("class %s: %.1f bits, want at least %d", f.st.Documents[0].Class, bits, minBits)
		}
	}
	// The largest number of paths over the largest class.
	var tests []string
	for i := range 60 {
		tests = append(tests, fmt.Sprintf(`{"==":[{"dvar":"member%d"},%d]}`, i, i))
	}
	f := newFixture(t, `[{"output":{"r":{"and":[false,`+strings.Join(tests, ",")+`]}}}]`, `{"filler":"`+strings.Repeat("x", 4050)+`"}`)
	bits, err := Soundness(f.st)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("60 members: %.1f bits", bits)
}

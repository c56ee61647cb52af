package zkvm

import (
	"fmt"
	"strings"
	"testing"
)

// TestOperatorSoundness: the soundness of the largest class with as many
// questions of the dearest kinds as a query may have.
func TestOperatorSoundness(t *testing.T) {
	payload := `{"h":"x","filler":"` + strings.Repeat("x", 16000) + `"}`
	var literals, members, lists []string
	for i := range 32 {
		literals = append(literals, fmt.Sprintf(`{"contains":[{"dvar":"h"},"%s%d"]}`, strings.Repeat("y", 250), i))
		members = append(members, fmt.Sprintf(`{"~contains":[{"dvar":"h"},{"dvar":"n%d"}]}`, i))
	}
	for i := range 800 {
		lists = append(lists, fmt.Sprintf(`"%d"`, i))
	}
	for name, questions := range map[string][]string{"literals": literals, "list": {`{"in":[{"dvar":"h"},[` + strings.Join(lists, ",") + `]]}`}, "members": members[:8]} {
		q := ask(t, `[{"output":{"r":{"and":[false,`+strings.Join(questions, ",")+`]}}}]`, payload)
		for _, escapes := range []bool{false, true} {
			st := *q.st
			st.Output = q.output
			st.Documents[0].Class.Escapes = escapes
			bits, err := Soundness(&st)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			t.Logf("%s, class %s: %.1f bits", name, st.Documents[0].Class, bits)
			if bits < minBits {
				t.Errorf("%s, class %s: %.1f bits", name, st.Documents[0].Class, bits)
			}
		}
	}
}

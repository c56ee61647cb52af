package zkvm

import (
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

// What a branch assigns to a local is not there in the other branch, neither as
// what is output nor as what is compared.
func TestAgreementLocalsOfTheOtherBranch(t *testing.T) {
	const payload = `{"k":1,"a":"s","b":"t","_b_zkpass_public_":true}`
	for _, c := range []struct{ name, text, want string }{
		{"output", `[{"if":{"condition":{"==":[{"dvar":"k"},2]},"then":[{"assign":{"x":{"dvar":"a"}}}],` +
			`"else":[{"assign":{"x":{"dvar":"b"}}},{"output":{"r":{"lvar":"x"}}}]}}]`, `{"r":"t"}`},
		{"output of an outer local", `[{"if":{"condition":{"==":[{"dvar":"k"},2]},"then":[{"assign":{"x":{"dvar":"a"}}}],` +
			`"else":[{"assign":{"x":"l"}},{"if":{"condition":true,"then":[{"output":{"r":{"lvar":"x"}}}]}}]}}]`, `{"r":"l"}`},
		{"comparison", `[{"if":{"condition":{"==":[{"dvar":"k"},2]},"then":[{"assign":{"x":{"dvar":"b"}}}],` +
			`"else":[{"assign":{"x":"s"}},{"output":{"r":{"==":[{"dvar":"a"},{"lvar":"x"}]}}}]}}]`, `{"r":true}`},
		{"in front of the other branch", `[{"if":{"condition":{"==":[{"dvar":"k"},1]},"then":[{"assign":{"x":{"dvar":"b"}}},{"output":{"r":{"lvar":"x"}}}],` +
			`"else":[{"assign":{"x":{"dvar":"a"}}}]}}]`, `{"r":"t"}`},
		{"after both", `[{"if":{"condition":{"==":[{"dvar":"k"},1]},"then":[{"assign":{"x":{"dvar":"b"}}}],` +
			`"else":[{"assign":{"x":{"dvar":"a"}}}]}},{"output":{"r":{"lvar":"x"}}}]`, `{"r":"t"}`},
		{"after three", `[{"if":{"condition":{"==":[{"dvar":"k"},2]},"then":[{"assign":{"x":{"dvar":"a"}}}],` +
			`"else":[{"if":{"condition":{"==":[{"dvar":"a"},{"dvar":"b"}]},"then":[{"assign":{"x":"u"}}],"else":[{"assign":{"x":{"dvar":"b"}}}]}}]}},` +
			`{"assign":{"y":{"lvar":"x"}}},{"output":{"r":{"~==":["T",{"lvar":"y"}]}}},{"output":{"s":{"lvar":"y"}}}]`, `{"r":true,"s":"t"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := query.Compile([]byte(c.text), []string{""}, query.WithFormat("", query.JWT))
			if err != nil {
				t.Fatal(err)
			}
			s, err := newSubject(t, p, map[string][]byte{"": []byte(payload)}, testNow)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.evaluate(); string(got) != c.want || err != nil {
				t.Fatalf("evaluator: %s, %v", got, err)
			}
			if err := s.check([]byte(c.want), seeded(1), everything); err != nil {
				t.Error(err)
			}
			for _, output := range mutations(t, p, []byte(c.want)) {
				if err := s.check(output, seeded(1), unsigned); !refused(err) {
					t.Errorf("%s: %v", output, err)
				}
			}
		})
	}
}

package zkvm

import (
	"fmt"
	"strings"
	"testing"
)

// TestTimes uses times in programs.
func TestTimes(t *testing.T) {
	t.Parallel()
	get := func(operand string) string { return `{"get_time":[` + operand + `,"RFC3339"]}` }
	payload := `{"a":"2026-03-01T12:00:00.5+01:00","b":"2026-03-01T11:00:00Z","c":"1969-12-31T23:59:59Z","n":1772362800,"bad":"2026-03-01","i":7%s}`
	for _, tail := range []string{"", `,"z":"\n","a2":"2026\u002d03-01T12:00:00+01:00"`} {
		list := []string{
			`{"==":[` + get(`{"dvar":"a"}`) + `,1772362800]}`, `{"==":[` + get(`{"dvar":"a"}`) + `,` + get(`{"dvar":"b"}`) + `]}`, `{"<":[{"now":[]},` + get(`{"dvar":"b"}`) + `]}`, `{"==":[` + get(`{"dvar":"b"}`) + `,{"dvar":"n"}]}`,
			`{"<":[` + get(`{"dvar":"c"}`) + `,-0.5]}`, `{"in":[` + get(`{"dvar":"c"}`) + `,[0,-1]]}`, `{">":[` + get(`{"dvar":"a"}`) + `,` + get(`"2026-03-01T11:00:00.9Z"`) + `]}`,
		}
		if tail != "" {
			list = append(list, `{"==":[`+get(`{"dvar":"a2"}`)+`,1772362800]}`, `{"==":[{"dvar":"z"},"\n"]}`)
		}
		questions(t, fmt.Sprintf(payload, tail), list...)
	}
	for _, bad := range []string{"bad", "i", "zz"} {
		expression(t, `{">":[`+get(`{"dvar":"`+bad+`"}`)+`,0]}`, fmt.Sprintf(payload, ""))
		expression(t, `{"or":[true,{">":[`+get(`{"dvar":"`+bad+`"}`)+`,0]}]}`, fmt.Sprintf(payload, ""))
	}
	marked := strings.TrimSuffix(fmt.Sprintf(payload, ""), "}") + `,"_a_zkpass_public_":true}`
	ask(t, boolean(get(`{"dvar":"a"}`)), marked).verify(t, "output", `{"r":1772362800}`, `{"r":1772362801}`)
	ask(t, boolean(get(`{"dvar":"b"}`)), marked).verify(t, "output without marker", `{"r":1772362800}`)
	ask(t, `[{"if":{"condition":{"exists":"i"},"then":[{"assign":{"x":{"dvar":"a"}}}],"else":[{"assign":{"x":"1970-01-01T00:00:00Z"}}]}},{"output":{"r":{"get_time":[{"lvar":"x"},"RFC3339"]}}}]`, marked).verify(t, "a local",
		`{"r":1772362800}`, `{"r":0}`)
}

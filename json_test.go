package zkpass

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestCheckJSON(t *testing.T) {
	members := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"%d":0`, i))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	nested := func(n int) string { return strings.Repeat(`{"a":[`, n/2) + strings.Repeat(`]}`, n/2) }
	for _, good := range []string{
		`1`, `"a"`, `null`, ` [1, {"a": {}, "b": []}, "\ud83d\ude00"] `, members(maxNames), nested(maxJSONDepth), `[{"a":1},{"a":1}]`,
		`{"a":{"a":{"a":"a"}}}`, `{"a":"\\ud800"}`,
	} {
		if err := checkJSON([]byte(good)); err != nil {
			t.Errorf("%.40s: %v", good, err)
		}
	}
	for _, bad := range []string{
		``, ` `, `{`, `{}{}`, `01`, `1.`, `"a`, "\"\n\"", `{"a":1,}`, `nul`, `{a:1}`, "\ufeff1", "\"\xff\"",
		`"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\\\ud83d"`,
		`{"a":1,"a":1}`, `{"a":1,"b":2,"\u0061":1}`, `[{"x":{"a":1,"a":1}}]`, `{"":1,"":2}`,
		members(maxNames + 1), nested(maxJSONDepth + 2), strings.Repeat("[", maxJSONDepth+1) + strings.Repeat("]", maxJSONDepth+1),
	} {
		if err := checkJSON([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.40q: got %v", bad, err)
		}
	}
}

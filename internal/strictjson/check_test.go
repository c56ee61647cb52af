package strictjson

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	members := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"%d":0`, i))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	nested := func(n int) string { return strings.Repeat(`{"a":[`, n/2) + strings.Repeat(`]}`, n/2) }
	for _, good := range []string{
		`1`, `"a"`, `null`, ` [1, {"a": {}, "b": []}, "\ud83d\ude00"] `, members(MaxNames), nested(MaxDepth), `[{"a":1},{"a":1}]`,
		`{"a":{"a":{"a":"a"}}}`, `{"a":"\\ud800"}`,
	} {
		if err := Check([]byte(good)); err != nil {
			t.Errorf("%.40s: %v", good, err)
		}
	}
	for _, bad := range []string{
		``, ` `, `{`, `{}{}`, `01`, `1.`, `"a`, "\"\n\"", `{"a":1,}`, `nul`, `{a:1}`, "\ufeff1", "\"\xff\"",
		`"\ud83d"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\\\ud83d"`,
		`{"a":1,"a":1}`, `{"a":1,"b":2,"\u0061":1}`, `[{"x":{"a":1,"a":1}}]`, `{"":1,"":2}`,
		members(MaxNames + 1), nested(MaxDepth + 2), strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
	} {
		if Check([]byte(bad)) == nil {
			t.Errorf("%.40q is accepted", bad)
		}
	}
}

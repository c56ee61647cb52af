package zkvm

import (
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/query"
)

func TestDatesOfArrays(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const payload = `{"kids":[{"b":"17/02/2015","ok":true,"_b_zkpass_public_":true},{"b":"18/02/2015","ok":true,"_b_zkpass_public_":true},{"b":"30/02/2015","ok":false}],` +
		`"dates":["2000-01-01","2025-02-18"],"_dates_zkpass_public_":true,"none":[],"_none_zkpass_public_":true,"mixed":["2000-01-01",7],"secret":["2000-01-01"]}`
	now := time.Date(2025, 2, 17, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ query, want string }{
		"ages of kept":         {`[{"output":{"a":{"get_age":[{"dvar":"kids[?ok].b"},"DD/MM/YYYY"]}}}]`, `{"a":[10,9]}`},
		"ages, one bad":        {`[{"output":{"a":{"get_age":[{"dvar":"kids[].b"},"DD/MM/YYYY"]}}}]`, ``},
		"all":                  {`[{"output":{"a":{">=":[{"get_age":[{"dvar":"kids[?ok].b"},"DD/MM/YYYY"]},9]}}}]`, `{"a":true}`},
		"not all":              {`[{"output":{"a":{">=":[{"get_age":[{"dvar":"kids[?ok].b"},"DD/MM/YYYY"]},10]}}}]`, `{"a":false}`},
		"any":                  {`[{"output":{"a":{"==":[10,{"get_age":[{"dvar":"kids[?ok].b"},"DD/MM/YYYY"]},"or"]}}}]`, `{"a":true}`},
		"any is needed":        {`[{"output":{"a":{"==":[10,{"get_age":[{"dvar":"kids[].b"},"DD/MM/YYYY"]},"or"]}}}]`, ``},
		"days":                 {`[{"output":{"a":{"get_day_diff":[{"dvar":"dates[]"},"YYYY-MM-DD"]}}}]`, `{"a":[9179,-1]}`},
		"later":                {`[{"output":{"a":{"get_age":[{"dvar":"dates[]"},"YYYY-MM-DD"]}}}]`, ``},
		"empty":                {`[{"output":{"a":{"get_age":[{"dvar":"none[]"},"YYYY-MM-DD"]}}}]`, `{"a":[]}`},
		"mixed":                {`[{"output":{"a":{">":[{"get_day_diff":[{"dvar":"mixed[]"},"YYYY-MM-DD"]},1,"or"]}}}]`, ``},
		"unmarked":             {`[{"output":{"a":{"get_day_diff":[{"dvar":"secret[]"},"YYYY-MM-DD"]}}}]`, ``},
		"unmarked, compared":   {`[{"output":{"a":{">":[{"get_day_diff":[{"dvar":"secret[]"},"YYYY-MM-DD"]},1]}}}]`, `{"a":true}`},
		"by locals":            {`[{"assign":{"x":{"dvar":"dates[]"}}},{"assign":{"y":{"get_day_diff":[{"lvar":"x"},"YYYY-MM-DD"]}}},{"output":{"a":{"lvar":"y"}}}]`, `{"a":[9179,-1]}`},
		"not needed":           {`[{"output":{"a":{"or":[true,{">":[{"get_age":[{"dvar":"kids[].b"},"DD/MM/YYYY"]},1]}]}}}]`, `{"a":true}`},
		"element":              {`[{"output":{"a":{"get_day_diff":[{"dvar":"dates[1]"},"YYYY-MM-DD"]}}}]`, `{"a":-1}`},
		"member of an element": {`[{"output":{"a":{"get_age":[{"dvar":"kids[1].b"},"DD/MM/YYYY"]}}}]`, `{"a":9}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := newDateQuery(t, c.query, payload, query.JWT, now).agree(t); got != c.want {
				t.Errorf("the evaluator has %q, want %q", got, c.want)
			}
		})
	}
}

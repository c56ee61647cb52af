package json

import (
	stdjson "encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestUnescapeEveryEscape compares every escape of four digits, and surrogate
// pairs, with encoding/json.
func TestUnescapeEveryEscape(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var batch []string
	flush := func() {
		payload := `{"a":"` + strings.Join(batch, "") + `"}`
		batch = nil
		rows, err := Trace([]byte(payload), len(payload), 1)
		if err != nil {
			t.Fatal(err)
		}
		units := Unescape(rows[:len(payload)])
		var want struct{ A string }
		if err := stdjson.Unmarshal([]byte(payload), &want); err != nil {
			t.Fatal(err)
		}
		if got := emitted(units); got != `{"a":"`+want.A+`"}` {
			t.Errorf("differs in batch from %q", payload[:40])
		}
		checkUnits(t, rows[:len(payload)], units, "")
	}
	add := func(s string) {
		batch = append(batch, s)
		if len(batch) == 512 {
			flush()
		}
	}
	for v := range 0x10000 {
		if v >= 0xd800 && v < 0xe000 {
			continue
		}
		add(fmt.Sprintf(`\u%04x`, v))
		if v%3 == 0 {
			add(fmt.Sprintf(`\u%04X`, v))
		}
	}
	for v := 0; v < 0x100000; v += 13 {
		add(fmt.Sprintf(`\u%04x\u%04X`, 0xd800+v>>10, 0xdc00+v&0x3ff))
	}
	flush()
}

package query

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for s, want := range map[string]string{
		"Jane":                                 `"Jane"`,
		"Zoë O’Brien, Łódź":                    `"Zoë O’Brien, Łódź"`,
		"שלום مرحبا 日本 ไม่":                    `"שלום مرحبا 日本 ไม่"`,
		"😀":                                    `"😀"`,
		"a\"b\\c\n\x00\x7f":                    `"a\"b\\c\n\u0000\u007f"`,
		"x\u202ey\u2066\u200f":                 `"x\u202ey\u2066\u200f"`, // direction
		"x\u200b\u200d\ufeff\u00ad\u2060":      `"x\u200b\u200d\ufeff\u00ad\u2060"`,
		"\u3164\uffa0\u115f\u2800\u034f\ufe0f": `"\u3164\uffa0\u115f\u2800\u034f\ufe0f"`, // nothing to see
		"\u2028\u2029\u0085\u00a0\u3000":       `"\u2028\u2029\u0085\u00a0\u3000"`,       // lines and spaces
		"\U000e0041\U000e0100\ue000":           `"\udb40\udc41\udb40\udd00\ue000"`,
		"x” or “y…":                            `"x\u201d or \u201cy\u2026"`,
		"a  b   c":                             `"a \u0020b \u0020\u0020c"`,
		"\u0301a\u0301":                        `"\u0301a` + "\u0301" + `"`,
		"a" + strings.Repeat("\u0335", 6):      `"a` + strings.Repeat("\u0335", 4) + `\u0335\u0335"`,
	} {
		if got := string(appendVisible(nil, s, 0)); got != want {
			t.Errorf("%+q: got %+q, want %+q", s, got, want)
		}
	}
	for limit, want := range map[int]string{1: `"a…"`, 2: `"a…"`, 3: `"aé…"`, 8: `"aé…"`, 9: `"aé\u202e…"`, 10: `"aé\u202eb"`} {
		if got := string(appendVisible([]byte("> "), "aé\u202eb", limit)); got != "> "+want {
			t.Errorf("limit %d: got %s, want %s", limit, got, want)
		}
	}
}

func TestMixed(t *testing.T) {
	for s, want := range map[string]bool{
		"balance": false, "bаlance": true, "Οne": true, "ｂalance": true, "𝐛alance": true, "баланс": false, "Zoë": false, "日本 go": false, "": false,
	} {
		if mixed(s) != want {
			t.Errorf("%+q: got %v", s, !want)
		}
	}
}

// strange returns the first character that no explanation may have, 0 if there
// is none. It is written without the tables of hidden.
func strange(s string) rune {
	for _, r := range s {
		switch {
		case r < ' ', r == 0x7f, r == utf8.RuneError, r >= 0x80 && r < 0xa1, r == 0xad, r == 0x34f, r == 0x61c,
			r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r >= 0x180b && r <= 0x180f, r >= 0x2000 && r <= 0x200f,
			r >= 0x2028 && r <= 0x202f, r >= 0x205f && r <= 0x206f, r == 0x2800, r == 0x3000, r == 0x3164,
			r >= 0xe000 && r <= 0xf8ff, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff, r == 0xffa0, r >= 0xfff0 && r <= 0xfffb,
			r >= 0x1d173 && r <= 0x1d17a, r >= 0xe0000, unicode.In(r, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp):
			return r
		}
	}
	return 0
}

func FuzzVisible(f *testing.F) {
	f.Add("Jane\u202e\u0301", 5)
	f.Add("“x”  \x00\U000e0041", 0)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if !utf8.ValidString(s) || limit < 0 {
			return
		}
		text := string(appendVisible(nil, s, 0))
		var back string
		if err := json.Unmarshal([]byte(text), &back); err != nil || back != s {
			t.Fatalf("%s reads as %+q, %v; want %+q", text, back, err, s)
		}
		cut := string(appendVisible(nil, s, limit))
		inner := strings.TrimSuffix(cut[1:len(cut)-1], "…")
		if limit > 0 && len(inner) > limit || !strings.HasPrefix(text[1:], inner) || cut != text && !strings.HasSuffix(cut, `…"`) {
			t.Fatalf("%s, cut to %d bytes: %s", text, limit, cut)
		}
		for _, shown := range []string{text, cut} {
			if r := strange(shown); r != 0 {
				t.Fatalf("%+q holds %U", shown, r)
			}
		}
	})
}

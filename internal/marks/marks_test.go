package marks

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
)

// TestSeek: a mark is found in every encoding and in encodings of encodings, and
// nothing is found where nothing is.
func TestSeek(t *testing.T) {
	t.Parallel()
	const mark = "janedoe@live.com"
	b64 := func(before int) func(string) string {
		return func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + s + "yz"))
		}
	}
	b64url := func(s string) string { return "eyJ." + base64.RawURLEncoding.EncodeToString([]byte(s)) + ".sig" }
	encodings := map[string]func(string) string{
		"clear": func(s string) string { return "a" + s + "b" }, "base64 0": b64(0), "base64 1": b64(1), "base64 2": b64(2),
		"base64url": b64url, "percent": url.QueryEscape, "form": func(s string) string { return url.Values{"a": {s}}.Encode() },
		"hex":  func(s string) string { return hex.EncodeToString([]byte(s)) },
		"JSON": func(s string) string { text, _ := json.Marshal(map[string]string{"a": s}); return string(text) },
		"HTML": func(s string) string { return strings.ReplaceAll(html.EscapeString(s), "@", "&#64;") },
	}
	for outerName, outer := range encodings {
		for innerName, inner := range encodings {
			s := NewSeeker(map[string]string{"mark": mark})
			s.Look("data", []byte(outer(inner(mark))))
			if s.found["mark"] == "" {
				t.Errorf("%s in %s is not found", innerName, outerName)
			}
		}
	}
	s := NewSeeker(map[string]string{"mark": mark})
	s.Look("data", []byte(url.QueryEscape(b64url(`{"email":"janedoe@live.org"}`))))
	if len(s.found) > 0 {
		t.Errorf("found what is not there: %v", s.found)
	}
}

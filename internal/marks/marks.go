// Package marks finds marked values where none should be: in logs, metrics, files
// and traffic, in clear and in the encodings that data travels in. It is for
// tests.
package marks

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// Seeker looks for marks in data, in clear and in the encodings that data travels
// in: base64 at each of its three alignments, hexadecimal, and whatever can be
// decoded (percent signs, forms, JSON strings, HTML, base64, tokens), again and
// again.
type Seeker struct {
	forms map[[MinMark]byte][]form // by how they begin
	first [1 << 16]bool            // whether any form begins with these two bytes
	seen  map[[sha256.Size]byte]bool
	found map[string]string // name of the mark to how it was found
}

// form is one way to write a mark.
type form struct {
	name string
	text []byte
}

// seekDepth is how many encodings may lie around a mark.
const seekDepth = 6

// MinMark is the shortest form that is looked for: a shorter one would be found in
// random data by chance.
const MinMark = 6

// NewSeeker makes a seeker for marks by name. A mark of fewer than six bytes would
// be found by chance; longer ones are better.
func NewSeeker(marks map[string]string) *Seeker {
	s := &Seeker{forms: make(map[[MinMark]byte][]form), seen: make(map[[sha256.Size]byte]bool), found: make(map[string]string)}
	for name, mark := range marks {
		forms := [][]byte{[]byte(mark), []byte(hex.EncodeToString([]byte(mark))), []byte(strings.ToUpper(hex.EncodeToString([]byte(mark))))}
		for before := range 3 {
			for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				if form := aligned(encoding, mark, before); len(form) >= MinMark {
					forms = append(forms, form)
				}
			}
		}
		for _, text := range forms {
			start := [MinMark]byte(text)
			s.forms[start] = append(s.forms[start], form{name, text})
			s.first[uint16(text[0])<<8|uint16(text[1])] = true
		}
	}
	return s
}

// Found returns the names of the marks that were found, and where.
func (s *Seeker) Found() map[string]string { return s.found }

// match looks for all forms of all marks.
func (s *Seeker) match(where string, data []byte) {
	for i := 0; i+MinMark <= len(data); i++ {
		if !s.first[uint16(data[i])<<8|uint16(data[i+1])] {
			continue
		}
		for _, f := range s.forms[[MinMark]byte(data[i:])] {
			if bytes.HasPrefix(data[i:], f.text) {
				s.found[f.name] = where
			}
		}
	}
}

// aligned returns the part of a mark's base64 that does not depend on what stands
// around it, if so many bytes (modulo three) stand before it.
func aligned(encoding *base64.Encoding, mark string, before int) []byte {
	text := encoding.EncodeToString(append(make([]byte, before), mark...))
	from := (before*8 + 5) / 6 // digits that hold bits of what is before
	to := (before + len(mark)) * 8 / 6
	return []byte(text[from:to])
}

var (
	base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}`)
	hexRun    = regexp.MustCompile(`(?:[0-9a-fA-F]{2}){8,}`)
	quoted    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// Look searches data, and all that can be decoded from it. where names the data.
func (s *Seeker) Look(where string, data []byte) { s.search(where, data, seekDepth) }

func (s *Seeker) search(where string, data []byte, depth int) {
	if len(data) == 0 {
		return
	}
	if hash := sha256.Sum256(data); s.seen[hash] {
		return
	} else {
		s.seen[hash] = true
	}
	s.match(where, data)
	if depth == 0 {
		return
	}
	text := string(data)
	for _, step := range []struct {
		name string
		char string
		to   func(string) (string, error)
	}{
		{"percent", "%", func(t string) (string, error) { return percentDecode(t), nil }},
		{"form", "+", func(t string) (string, error) { return strings.ReplaceAll(t, "+", " "), nil }},
		{"HTML", "&", func(t string) (string, error) { return html.UnescapeString(t), nil }},
	} {
		if strings.Contains(text, step.char) {
			if decoded, err := step.to(text); err == nil && decoded != text {
				s.search(where+" > "+step.name, []byte(decoded), depth-1)
			}
		}
	}
	if bytes.Contains(data, []byte(`\`)) {
		for _, literal := range quoted.FindAll(data, -1) {
			var decoded string
			if bytes.Contains(literal, []byte(`\`)) && json.Unmarshal(literal, &decoded) == nil {
				s.search(where+" > JSON string", []byte(decoded), depth-1)
			}
		}
	}
	for _, run := range hexRun.FindAll(data, -1) {
		if decoded, err := hex.DecodeString(string(run)); err == nil {
			s.search(where+" > hex", decoded, depth-1)
		}
	}
	for _, run := range base64Run.FindAll(data, -1) {
		for shift := range min(4, len(run)) {
			s.search(where+" > base64", base64Decode(run[shift:]), depth-1)
		}
	}
}

// percentDecode decodes the percent signs that stand before two digits.
func percentDecode(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+3 <= len(text) {
			if c, err := url.PathUnescape(text[i : i+3]); err == nil {
				out.WriteString(c)
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// base64Decode decodes either alphabet, as far as whole groups go.
func base64Decode(run []byte) []byte {
	text := strings.NewReplacer("-", "+", "_", "/").Replace(string(run))
	decoded, _ := base64.RawStdEncoding.DecodeString(text[:len(text)-len(text)%4])
	rest := text[len(text)-len(text)%4:]
	if len(rest) > 1 {
		tail, _ := base64.RawStdEncoding.DecodeString(rest)
		decoded = append(decoded, tail...)
	}
	return decoded
}

package reference

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A node is one value of a JSON text.
type node struct {
	kind    string // object, array, string, number, boolean, null
	raw     string // as written: of a string between its quotes, of a number or boolean all of it
	text    string // of a string, decoded
	names   []*node
	members []*node // beside names
	elems   []*node
}

// tree reads a JSON text whose containers are at most depth open at once, and
// returns nil if it is none by RFC 8259, is no UTF-8, or has half a surrogate
// pair.
func tree(text string, depth int) *node {
	if !utf8.ValidString(text) || !json.Valid([]byte(text)) {
		return nil
	}
	t := reader{text: text, dec: json.NewDecoder(strings.NewReader(text)), depth: depth, ok: true}
	t.dec.UseNumber()
	n := t.value()
	if !t.ok {
		return nil
	}
	return n
}

type reader struct {
	text  string
	dec   *json.Decoder
	at    int64
	depth int // containers that may still be opened
	ok    bool
}

// token returns a token with the bytes that it is written with.
func (t *reader) token() (json.Token, string) {
	tok, err := t.dec.Token()
	if err != nil {
		panic(err) // the text was checked before
	}
	raw := strings.TrimLeft(t.text[t.at:t.dec.InputOffset()], " \t\r\n,:")
	t.at = t.dec.InputOffset()
	return tok, raw
}

func (t *reader) value() *node {
	tok, raw := t.token()
	switch v := tok.(type) {
	case string:
		return t.str(v, raw)
	case json.Number:
		return &node{kind: "number", raw: raw}
	case bool:
		return &node{kind: "boolean", raw: raw}
	case json.Delim:
		n := &node{kind: map[json.Delim]string{'{': "object", '[': "array"}[v]}
		t.depth--
		t.ok = t.ok && t.depth >= 0
		for t.ok && t.dec.More() {
			if v == '{' {
				name, raw := t.token()
				n.names = append(n.names, t.str(name.(string), raw))
				n.members = append(n.members, t.value())
			} else {
				n.elems = append(n.elems, t.value())
			}
		}
		t.depth++
		if t.ok {
			t.token()
		}
		return n
	}
	return &node{kind: "null", raw: raw}
}

func (t *reader) str(decoded, raw string) *node {
	raw = raw[1 : len(raw)-1]
	t.ok = t.ok && !halfPair(raw)
	return &node{kind: "string", raw: raw, text: decoded}
}

// halfPair tells whether a string has a surrogate that is no part of a pair.
func halfPair(raw string) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		first := hex4(raw[i+1 : i+5])
		i += 4
		switch {
		case first >= 0xDC00 && first <= 0xDFFF:
			return true
		case first >= 0xD800 && first <= 0xDBFF:
			rest := raw[i+1:]
			if !strings.HasPrefix(rest, `\u`) {
				return true
			}
			if second := hex4(rest[2:6]); second < 0xDC00 || second > 0xDFFF {
				return true
			}
			i += 6
		}
	}
	return false
}

func hex4(s string) uint64 {
	n, err := strconv.ParseUint(s, 16, 16)
	if err != nil {
		panic(err) // the text was checked before
	}
	return n
}

// integer returns the value of a number without fraction and exponent that fits
// 64 bits.
func (n *node) integer() (int64, bool) {
	if n.kind != "number" || strings.ContainsAny(n.raw, ".eE") {
		return 0, false
	}
	v, err := strconv.ParseInt(n.raw, 10, 64)
	return v, err == nil
}

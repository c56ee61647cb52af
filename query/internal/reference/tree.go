package reference

import (
	"encoding/json"
	"math/big"
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

// A number is the value of a number as big.Rat writes it: a fraction in lowest
// terms, so that equal values are equal by ==.
type number string

func (x number) rat() *big.Rat {
	r, _ := new(big.Rat).SetString(string(x))
	return r
}

func integer(i int64) number { return number(new(big.Rat).SetInt64(i).RatString()) }

// number returns the value of a number, if it has one: it is written without an
// exponent in at most 32 characters, is at least -2^63 and less than 2^63, and has
// at most 9 digits after the point, zeros at the end not counted.
func (n *node) number() (number, bool) {
	if n.kind != "number" || strings.ContainsAny(n.raw, "eE") || len(n.raw) > 32 {
		return "", false
	}
	if _, fraction, ok := strings.Cut(n.raw, "."); ok && len(strings.TrimRight(fraction, "0")) > 9 {
		return "", false
	}
	v, ok := new(big.Rat).SetString(n.raw)
	two63 := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 63))
	if !ok || v.Cmp(two63) >= 0 || v.Cmp(new(big.Rat).Neg(two63)) < 0 {
		return "", false
	}
	return number(v.RatString()), true
}

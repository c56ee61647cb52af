package document

import (
	"unicode/utf16"
	"unicode/utf8"
)

func (p *parser) word(w string) error {
	for i := range len(w) {
		if p.peek() != w[i] {
			return p.want("true, false or null")
		}
		p.pos++
	}
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (p *parser) digits() error {
	if !isDigit(p.peek()) {
		return p.want("a digit")
	}
	for isDigit(p.peek()) {
		p.pos++
	}
	return nil
}

func (p *parser) number() error {
	if p.peek() == '-' {
		p.pos++
	}
	if p.peek() == '0' {
		p.pos++
		if isDigit(p.peek()) {
			return p.want("no digit after a leading zero")
		}
	} else if err := p.digits(); err != nil {
		return err
	}
	if p.peek() == '.' {
		p.pos++
		if err := p.digits(); err != nil {
			return err
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if err := p.digits(); err != nil {
			return err
		}
	}
	return nil
}

// str reads a string whose opening quote is next, and tells whether there is a
// backslash in it.
func (p *parser) str() (escaped bool, err error) {
	p.pos++
	for {
		switch c := p.peek(); {
		case c == '"':
			p.pos++
			return escaped, nil
		case c < 0x20:
			// Also the end of the text.
			return false, p.want("a character or the closing quote of a string")
		case c == '\\':
			escaped = true
			if err := p.escape(); err != nil {
				return false, err
			}
		default:
			p.pos++
		}
	}
}

// escape reads one escape sequence, or both of a surrogate pair.
func (p *parser) escape() error {
	start := p.pos
	p.pos++
	switch p.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		p.pos++
		return nil
	case 'u':
		p.pos++
	default:
		return p.want("an escape sequence")
	}
	hi, err := p.hex4()
	if err != nil || !utf16.IsSurrogate(hi) {
		return err
	}
	if p.peek() != '\\' || p.pos+1 >= len(p.text) || p.text[p.pos+1] != 'u' {
		return p.wantAt(start, "both halves of a surrogate pair")
	}
	p.pos += 2
	lo, err := p.hex4()
	if err != nil {
		return err
	}
	if utf16.DecodeRune(hi, lo) == utf8.RuneError {
		return p.wantAt(start, "both halves of a surrogate pair")
	}
	return nil
}

func (p *parser) hex4() (rune, error) {
	var r rune
	for range 4 {
		d := hexDigit(p.peek())
		if d < 0 {
			return 0, p.want("four hexadecimal digits")
		}
		r = r<<4 | d
		p.pos++
	}
	return r, nil
}

func hexDigit(c byte) rune {
	switch {
	case isDigit(c):
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

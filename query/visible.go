package query

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass/document"
)

// appendVisible appends s in quotes like [document.AppendString], with \uXXXX for
// whatever does not show or shows as something else than it is: control and
// format characters, direction overrides, odd spaces and all but the first of
// several, letters without a glyph, marks that pile up or have nothing to stand
// on, what looks like the quotes around it, and the … that stands for what is
// left out. It is a JSON string of the same text, unless that takes more than
// limit bytes: then it ends in … within the quotes. The limit does not count the
// quotes; 0 is none.
func appendVisible(dst []byte, s string, limit int) []byte {
	dst = append(dst, '"')
	start, marks, before := len(dst), 0, rune(0)
	for i, r := range s {
		if marks++; !unicode.IsMark(r) {
			marks = 0
		}
		from := len(dst)
		switch {
		case hidden(r), r == ' ' && before == ' ', marks > 0 && (i == 0 || marks > maxMarks):
			dst = appendEscape(dst, r)
		default:
			quoted := document.AppendString(dst, string(r))
			// Without the quotes around the character.
			dst = append(dst, quoted[from+1:len(quoted)-1]...)
		}
		if limit > 0 && len(dst)-start > limit {
			dst = append(dst[:from], "…"...)
			break
		}
		before = r
	}
	return append(dst, '"')
}

// maxMarks is how many combining marks may stand on one letter. Written
// languages use fewer.
const maxMarks = 4

func appendEscape(dst []byte, r rune) []byte {
	if r > 0xffff {
		return fmt.Appendf(dst, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
	}
	return fmt.Appendf(dst, `\u%04x`, r)
}

// hidden tells whether a character is not what it shows, wherever it stands.
func hidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r == 0x7f // the rest is escaped by the rules of JSON
	}
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) ||
		strings.ContainsRune(lookAlike, r)
}

// lookAlike are printable characters that show nothing, like quotes, or like the
// mark for what is left out.
const lookAlike = "\u2800\U0001d159" + "\u02ba\u02dd\u02ee\u2026\u201c\u201d\u201e\u201f\u2033\u2034\u2036\u2037\u2057\u22ef\u275d\u275e\u2760\u3003\u301d\u301e\u301f\uff02\U0001f676\U0001f677\U0001f678" + "\ufe19"

// alphabets have letters that look like those of ASCII.
var alphabets = []*unicode.RangeTable{unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Cyrillic, unicode.Deseret, unicode.Greek, unicode.Lisu}

// mixed tells whether letters of ASCII stand beside others that look like them.
func mixed(s string) bool {
	latin, other := false, false
	for _, r := range s {
		latin = latin || r < utf8.RuneSelf && unicode.IsLetter(r)
		other = other || unicode.In(r, alphabets...) && unicode.IsLetter(r) ||
			r >= 0xff21 && r <= 0xff5a || r >= 0x1d400 && r <= 0x1d7ff // wide and mathematical letters
	}
	return latin && other
}

// texts calls f for every name and every text that stands in the program.
func (p *Program) texts(f func(string)) {
	for _, names := range [][]string{p.Locals, p.Outputs} {
		for _, name := range names {
			f(name)
		}
	}
	for _, path := range p.Paths {
		for _, s := range path.Steps {
			f(s.Name)
			f(s.Filter.Name)
			f(s.Filter.Text)
		}
	}
	var expr func(*Expr)
	expr = func(e *Expr) {
		f(e.Literal.Str)
		for _, l := range e.List {
			f(l.Str)
		}
		for _, arg := range e.Args {
			expr(arg)
		}
	}
	var block func([]Statement)
	block = func(list []Statement) {
		for i := range list {
			expr(list[i].Expr)
			block(list[i].Then)
			block(list[i].Else)
		}
	}
	block(p.Body)
}

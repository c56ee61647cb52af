package query

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass/document"
)

// Bounds on advice: of one kind, and the bytes of all texts and positions.
const (
	maxAdviceOfKind = 3
	maxAdvice       = 16 << 10
)

// adviser finds what the author of a query may have missed.
type adviser struct {
	prog  *Program
	trace *trace
	words catalogue
	list  []Advice
	kinds map[key]int // how many there are, in the list or not
	order []key
	room  int
}

func adviceOn(p *Program, t *trace, words catalogue) []Advice {
	a := adviser{prog: p, trace: t, words: words, list: []Advice{}, kinds: map[key]int{}, room: maxAdvice}
	for i, d := range p.Documents {
		a.document(i, d)
	}
	for _, path := range p.Paths {
		if len(path.Steps) > document.MaxDepth { // each step needs a container of its own that is open
			a.add("", adviseDeep, plain("‘"+path.short(style{token: maxWarnedToken, steps: maxWarnedSteps})+"’"))
		}
	}
	p.walk(func(s *Statement) {
		if s.Kind != If || !a.constant(s.Expr) {
			a.expr(s.Expr)
		}
	})
	for _, k := range a.order {
		if n := a.kinds[k] - maxAdviceOfKind; n > 0 {
			a.put("", k, words.sentence(adviseMore, plain(strconv.Itoa(n))))
		}
	}
	return a.list
}

func (a *adviser) add(pos string, k key, args ...argument) {
	if a.kinds[k]++; a.kinds[k] == 1 {
		a.order = append(a.order, k)
	}
	if a.kinds[k] <= maxAdviceOfKind {
		a.put(pos, k, a.words.sentence(k, args...))
	}
}

func (a *adviser) put(pos string, k key, text string) {
	if a.room -= len(pos) + len(text); a.room >= 0 {
		a.list = append(a.list, Advice{Key: string(k), Pos: pos, Text: text})
	}
}

// audience are the claims of an ID token that tell whom it was issued for: RFC 7519,
// section 4.1.3, and OpenID Connect Core 1.0, section 2.
var audience = []string{"aud", "azp", "nonce"}

func (a *adviser) document(i int, d Source) {
	name := func(w *phrase) { w.say(sayDocument) }
	if d.Tag != "" {
		name = func(w *phrase) { w.say(sayNamedDocument, plain("‘"+visibleTag(d.Tag, maxWarnedToken)+"’")) }
	}
	if !slices.ContainsFunc(a.prog.Paths, func(p Path) bool { return p.Document == i }) {
		a.add("", adviseUnread, name)
	}
	if d.Format != JWT {
		return
	}
	claim := func(claim string) argument {
		path := Path{Tag: visibleTag(d.Tag, maxWarnedToken), Format: JWT, Steps: []Step{{Kind: Member, Name: claim}}}
		return plain(`"` + path.String() + `"`)
	}
	if !a.readsClaim(i, "exp") {
		a.add("", adviseExpiry, name, claim("exp"))
	}
	if !slices.ContainsFunc(audience, func(c string) bool { return a.readsClaim(i, c) }) {
		a.add("", adviseAudience, name, claim("aud"))
	}
	if !a.readsClaim(i, "iss") {
		a.add("", adviseIssuer, name, claim("iss"))
	}
}

// readsClaim tells whether the value of a claim, or of an element of it, is looked
// at.
func (a *adviser) readsClaim(document int, claim string) bool {
	for i, path := range a.prog.Paths {
		if path.Document == document && a.trace.uses[i][UseValue] && path.Steps[0].Name == claim &&
			!slices.ContainsFunc(path.Steps[1:], func(s Step) bool { return s.Kind == Member }) {
			return true
		}
	}
	return false
}

// constant advises on a boolean that is always the same.
func (a *adviser) constant(e *Expr) bool {
	value, always := a.trace.constants[e]
	switch {
	case always && value:
		a.add(e.Pos, adviseAlways)
	case always:
		a.add(e.Pos, adviseNever)
	}
	return always
}

func (a *adviser) expr(e *Expr) {
	// A literal is meant, and of a local it is said where it is assigned.
	if e.Op != Constant && e.Op != Local && a.constant(e) {
		return
	}
	if e.Op == Contains {
		a.contains(e)
	}
	if e.Fold {
		a.fold(e)
	}
	for _, arg := range e.Args {
		a.expr(arg)
	}
}

// contains advises on needles that are meant to stand at the start or the end.
func (a *adviser) contains(e *Expr) {
	needle := e.Args[1]
	if needle.Op != Constant {
		return
	}
	prefix := ""
	if e.Fold {
		prefix += "~"
	}
	if e.Negate {
		prefix += "!"
	}
	switch text := needle.Literal.Str; {
	case strings.HasPrefix(text, "@"), strings.HasPrefix(text, "."):
		a.add(e.Pos, adviseEnd, plain(prefix+"contains"), plain(prefix+"ends_with"))
	case strings.HasSuffix(text, "/"):
		a.add(e.Pos, adviseStart, plain(prefix+"contains"), plain(prefix+"starts_with"))
	}
}

// fold advises on literals with letters that are not folded.
func (a *adviser) fold(e *Expr) {
	for _, arg := range e.Args {
		if arg.Op == Constant && strings.ContainsFunc(arg.Literal.Str, func(r rune) bool {
			return r >= utf8.RuneSelf && (unicode.ToUpper(r) != r || unicode.ToLower(r) != r)
		}) {
			a.add(e.Pos, adviseFold)
			return
		}
	}
}

package zkvm

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// author draws programs of what the circuit can prove, over a document.
type author struct {
	*rand.Rand
	paths   map[document.Kind][]string // of members, True and False as one
	all     []string
	lists   map[document.Kind][]string // paths with EACH, by what one of their elements is
	every   []string                   // paths that end in EACH
	texts   []string                   // the document's, and others
	numbers []string
}

// known is what a program knows of its names at one place.
type known struct {
	locals map[string]query.Type // assigned on every way
	taken  map[string]bool       // assigned on some way
	used   map[string]bool       // outputs used on some way
}

func (k *known) clone() *known {
	return &known{maps.Clone(k.locals), maps.Clone(k.taken), maps.Clone(k.used)}
}

var localNames, outputNames = []string{"x", "y", "z", "w"}, []string{"r", "s", "t", "u", "é\n\""}

func newAuthor(r *rand.Rand, docs []drawn) *author {
	a := &author{Rand: r, paths: map[document.Kind][]string{}, lists: map[document.Kind][]string{}, texts: slices.Clone(texts[:6]), numbers: []string{"0", "1", "-1", "5", "2.5", "-0.5"}}
	for _, d := range docs {
		v := d.root
		if d.format == query.ZkPass {
			v = &node{kind: document.Object}
			for _, m := range d.root.members {
				if m.name == "data" {
					v = m.value
				}
			}
		}
		prefix := ""
		if d.tag != testDocument {
			prefix = d.tag + "."
		}
		a.walk(prefix, v)
		a.nowhere(prefix)
	}
	return a
}

// nowhere adds paths that mostly lead to nothing.
func (a *author) nowhere(prefix string) {
	for _, name := range []string{"nope", "a.b.c", `"quo\"te"`, "k.a", "c", markerOf("a")} {
		a.all = append(a.all, prefix+name)
	}
}

func (a *author) walk(prefix string, v *node) {
	for _, m := range v.members {
		path := prefix + pathMember(m.name)
		kind := a.note(m.value)
		if kind == document.Array {
			a.each(path, m.value)
		}
		a.paths[kind] = append(a.paths[kind], path)
		a.all = append(a.all, path)
		a.walk(path+".", m.value)
	}
	for _, e := range v.elems { // paths that look as if an array were its elements
		if a.IntN(8) == 0 {
			a.walk(prefix, e)
		}
	}
}

// note remembers a scalar as a literal. It returns the value's kind, True for both
// booleans.
func (a *author) note(v *node) document.Kind {
	switch v.kind {
	case document.False:
		return document.True
	case document.String:
		a.texts = append(a.texts, v.decoded())
	case document.Number:
		doc, err := document.ParseValue([]byte(v.text), maxOutput, 1)
		if err != nil {
			panic(err)
		}
		if _, err := doc.Decimal(doc.Root); err == nil {
			a.numbers = append(a.numbers, v.text)
		}
	}
	return v.kind
}

// decoded is the text of a string.
func (v *node) decoded() string {
	doc, err := document.ParseValue([]byte(v.text), maxOutput, 1)
	if err != nil {
		panic(err)
	}
	text, _ := doc.Text(doc.Root)
	return text
}

func pathMember(name string) string {
	for i, c := range []byte(name) {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return quoted(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}

func (a *author) often(percent int) bool { return a.IntN(100) < percent }

// dvar is a member, of a type mostly.
func (a *author) dvar(t query.Type) string {
	kind := map[query.Type]document.Kind{query.String: document.String, query.Number: document.Number, query.Boolean: document.True}[t]
	list := a.paths[kind]
	switch {
	case a.often(3):
		list = a.all
	case len(list) == 0:
		return a.literal(t)
	}
	return `{"dvar":` + quoted(pick(a.Rand, list)) + `}`
}

// lvar is a local that may be of a type, or "".
func (a *author) lvar(k *known, t query.Type) string {
	var fit []string
	for _, name := range slices.Sorted(maps.Keys(k.locals)) {
		if k.locals[name]&t != 0 {
			fit = append(fit, name)
		}
	}
	if len(fit) == 0 {
		return ""
	}
	return `{"lvar":` + quoted(pick(a.Rand, fit)) + `}`
}

func (a *author) literal(t query.Type) string {
	switch t {
	case query.String:
		text := pick(a.Rand, a.texts)
		switch a.IntN(6) {
		case 0:
			text = strings.ToUpper(text)
		case 1:
			text = strings.ToLower(text)
		}
		return quoted(text)
	case query.Number:
		return pick(a.Rand, a.numbers)
	}
	return pick(a.Rand, []string{"true", "false"})
}

// scalar is an expression of a type.
func (a *author) scalar(k *known, t query.Type, depth int) string {
	if t == query.Boolean && depth > 0 && a.often(60) {
		return a.operation(k, depth)
	}
	if a.often(35) {
		if l := a.lvar(k, t); l != "" {
			return l
		}
	}
	if t == query.Number && a.often(12) {
		return a.date(k)
	}
	switch n := a.IntN(10); {
	case n < 6:
		return a.dvar(t)
	case n < 7 && t == query.Number:
		if len(a.every) > 0 && a.often(50) {
			return `{"count":` + quoted(pick(a.Rand, a.every)) + `}`
		}
		return `{"now":[]}`
	}
	return a.literal(t)
}

// date is an integer made of a date or a time, mostly of one in a document.
func (a *author) date(k *known) string {
	operand := ""
	if list := a.paths[document.String]; len(list) > 0 && a.often(80) {
		operand = `{"dvar":` + quoted(pick(a.Rand, list)) + `}`
	} else if l := a.lvar(k, query.String); l != "" {
		operand = l
	} else {
		operand = quoted(pick(a.Rand, dates))
	}
	if a.often(35) {
		if operand[0] == '"' {
			operand = quoted(pick(a.Rand, times))
		}
		return `{"get_time":[` + operand + `,"RFC3339"]}`
	}
	format := pick(a.Rand, []string{"DD/MM/YYYY", "MM/DD/YYYY", "YYYY-MM-DD", "YYYY-MM-DD"})
	return `{"` + pick(a.Rand, []string{"get_age", "get_day_diff"}) + `":[` + operand + `,"` + format + `"]}`
}

func (a *author) anyType() query.Type {
	return pick(a.Rand, []query.Type{query.String, query.Number, query.Boolean})
}

// operation is a boolean that is computed.
func (a *author) operation(k *known, depth int) string {
	depth--
	binary := func(op string, t query.Type) string {
		left, right := a.scalar(k, t, depth), a.scalar(k, t, depth)
		return `{"` + op + `":[` + left + "," + right + `]}`
	}
	if a.often(25) {
		if q := a.quantified(k); q != "" {
			return q
		}
	}
	switch n := a.IntN(100); {
	case n < 25:
		return a.question(k, depth)
	case n < 42:
		return binary(pick(a.Rand, []string{"==", "!="}), a.anyType())
	case n < 52:
		return binary(pick(a.Rand, []string{"~==", "~!="}), query.String)
	case n < 66:
		return binary(pick(a.Rand, []string{"<", "<=", ">", ">="}), query.Number)
	case n < 75:
		return `{"not":` + a.scalar(k, query.Boolean, depth) + `}`
	}
	var args []string
	for range a.IntN(4) {
		args = append(args, a.scalar(k, query.Boolean, depth))
	}
	return `{"` + pick(a.Rand, []string{"and", "or"}) + `":[` + strings.Join(args, ",") + `]}`
}

// block draws statements; known is changed to what holds after them.
func (a *author) block(k *known, statements, depth int) string {
	var list []string
	for range statements {
		switch n := a.IntN(100); {
		case n < 35 && len(k.taken) < len(localNames):
			list = append(list, a.assign(k, free(localNames, k.taken, a.Rand)))
		case n < 65 && len(k.used) < len(outputNames):
			list = append(list, a.output(k, free(outputNames, k.used, a.Rand)))
		case depth > 0:
			list = append(list, a.branch(k, depth-1))
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

func free(names []string, taken map[string]bool, r *rand.Rand) string {
	for {
		if n := pick(r, names); !taken[n] {
			return n
		}
	}
}

func (a *author) assign(k *known, name string) string {
	t := a.anyType()
	if l := a.array(t); l != "" && a.often(10) { // nobody else reads it
		k.taken[name] = true
		text := `{"assign":{` + quoted(name) + ":" + l + `}}`
		if len(k.used) < len(outputNames) {
			out := free(outputNames, k.used, a.Rand)
			k.used[out] = true
			text += `,{"output":{` + quoted(out) + `:{"lvar":` + quoted(name) + `}}}`
		}
		return text
	}
	e := a.scalar(k, t, 2)
	k.locals[name], k.taken[name] = t, true
	return `{"assign":{` + quoted(name) + ":" + e + `}}`
}

func (a *author) output(k *known, name string) string {
	e := a.scalar(k, a.anyType(), 3)
	if l := a.array(a.anyType()); l != "" && a.often(15) {
		e = l
	}
	k.used[name] = true
	return `{"output":{` + quoted(name) + ":" + e + `}}`
}

func (a *author) branch(k *known, depth int) string {
	text := `{"if":{"condition":` + a.scalar(k, query.Boolean, 2)
	then, els := k.clone(), k.clone()
	bodies := [2]string{a.block(then, a.IntN(4), depth), a.block(els, a.IntN(4), depth)}
	// Often both branches assign one local or have one output.
	for _, n := range localNames {
		if !then.taken[n] && !els.taken[n] && a.often(50) {
			bodies[0] = appendStatement(bodies[0], a.assign(then, n))
			bodies[1] = appendStatement(bodies[1], a.assign(els, n))
			if a.often(30) && len(els.used) < len(outputNames) { // and read it at once
				out := free(outputNames, els.used, a.Rand)
				els.used[out] = true
				bodies[1] = appendStatement(bodies[1], `{"output":{`+quoted(out)+`:{"lvar":`+quoted(n)+`}}}`)
			}
			break
		}
	}
	text += `,"then":` + bodies[0]
	if bodies[1] != "[]" || a.often(50) {
		text += `,"else":` + bodies[1]
	} else {
		els = k.clone()
	}
	for n, t := range then.locals {
		if u, ok := els.locals[n]; ok {
			k.locals[n] = t | u
		}
	}
	for _, from := range []*known{then, els} {
		maps.Copy(k.taken, from.taken)
		maps.Copy(k.used, from.used)
	}
	return text + `}}`
}

func appendStatement(list, statement string) string {
	if list == "[]" {
		return "[" + statement + "]"
	}
	return list[:len(list)-1] + "," + statement + "]"
}

// program draws a whole query.
func (a *author) program() string {
	k := &known{map[string]query.Type{}, map[string]bool{}, map[string]bool{}}
	if a.often(5) {
		return a.operation(k, 3)
	}
	text := a.block(k, 1+a.IntN(5), 2)
	if len(k.used) == 0 || a.often(40) && len(k.used) < len(outputNames) {
		text = appendStatement(text, a.output(k, free(outputNames, k.used, a.Rand)))
	}
	return text
}

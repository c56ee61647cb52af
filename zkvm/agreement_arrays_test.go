package zkvm

import (
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// each adds the paths that go over an array, with filters on what its elements have.
func (a *author) each(path string, array *node) {
	filters := []string{"[]", "[*]"}
	for _, e := range array.elems {
		for _, m := range e.members {
			name := pathMember(m.name)
			switch m.value.kind {
			case document.True, document.False, document.Null:
				filters = append(filters, "[?"+name+"]", "[?!"+name+"]")
			case document.String:
				text := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(m.value.decoded())
				filters = append(filters, "[?"+name+" == '"+text+"']")
			}
		}
	}
	for range 3 {
		all := path + pick(a.Rand, filters)
		a.every = append(a.every, all)
		for _, e := range array.elems {
			kind := a.note(e)
			a.lists[kind] = append(a.lists[kind], all)
			for _, m := range e.members {
				kind := a.note(m.value)
				a.lists[kind] = append(a.lists[kind], all+"."+pathMember(m.name))
			}
		}
	}
}

// array is an array of a type, mostly, or "" if there is none.
func (a *author) array(t query.Type) string {
	kind := map[query.Type]document.Kind{query.String: document.String, query.Number: document.Number, query.Boolean: document.True}[t]
	list := a.lists[kind]
	if a.often(10) {
		list = a.every
	}
	if len(list) == 0 {
		return ""
	}
	return `{"dvar":` + quoted(pick(a.Rand, list)) + `}`
}

// quantified compares the elements of an array with a scalar, or is "" if there is
// no array.
func (a *author) quantified(k *known) string {
	t := pick(a.Rand, []query.Type{query.String, query.String, query.Number, query.Boolean})
	left, ops := a.array(t), []string{"==", "!="}
	switch {
	case left == "":
		return ""
	case t == query.String && a.often(40):
		ops = []string{"~==", "~!="}
	case t == query.String && a.often(15):
		left, t = `{"get_day_diff":[`+left+`,"YYYY-MM-DD"]}`, query.Number
	case t == query.Number && a.often(50):
		ops = []string{"<", "<=", ">", ">="}
	}
	right := a.scalar(k, t, 0)
	if a.often(30) {
		left, right = right, left
	}
	return `{"` + pick(a.Rand, ops) + `":[` + left + "," + right + pick(a.Rand, []string{"", `,"and"`, `,"or"`}) + `]}`
}

package reference

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A step of a path. Exactly one of its forms is meant.
type step struct {
	form  string // member, index, each
	name  string // of a member
	index int
	// each: which elements are kept; filter is "", "is", "isn't" or "equals"
	filter, by, text string
}

const memberForm = `([A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*")`

var (
	tagForm  = regexp.MustCompile(`^([A-Za-z0-9_]+)\.`)
	stepForm = regexp.MustCompile(`^(?s:` +
		`\.` + memberForm +
		`|\[(0|[1-9][0-9]{0,3})\]` +
		`|\[(\*?)\]` +
		`|\[\?` + memberForm + `\]` +
		`|\[\?!` + memberForm + `\]` +
		`|\[\?` + memberForm + ` == '((?:[^'\\]|\\['\\])*)'\]` +
		`)`)
)

// splitPath reads a path by the grammar of the specification. Without tags the
// tag is empty.
func splitPath(path string, tags []string) (tag string, steps []step) {
	rest := path
	if !slices.Equal(tags, []string{""}) {
		m := tagForm.FindStringSubmatch(rest)
		if m == nil || !slices.Contains(tags, m[1]) {
			panic(compileFault("path without a tag of the documents"))
		}
		tag, rest = m[1], rest[len(m[0]):]
	}
	if strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "[") {
		panic(compileFault("path without a member in front"))
	}
	rest = "." + rest
	each := 0
	for rest != "" {
		m := stepForm.FindStringSubmatchIndex(rest)
		if m == nil {
			panic(compileFault("path that is not in the grammar"))
		}
		group := func(i int) (string, bool) {
			if m[2*i] < 0 {
				return "", false
			}
			return rest[m[2*i]:m[2*i+1]], true
		}
		var s step
		if g, ok := group(1); ok {
			s = step{form: "member", name: memberName(g)}
		} else if g, ok := group(2); ok {
			n, _ := strconv.Atoi(g)
			if n > 4095 {
				panic(compileFault("index over 4095"))
			}
			s = step{form: "index", index: n}
		} else if _, ok := group(3); ok {
			s = step{form: "each"}
		} else if g, ok := group(4); ok {
			s = step{form: "each", filter: "is", by: memberName(g)}
		} else if g, ok := group(5); ok {
			s = step{form: "each", filter: "isn't", by: memberName(g)}
		} else {
			by, _ := group(6)
			text, _ := group(7)
			text = strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(text)
			if len(text) > 256 {
				panic(compileFault("text of a filter over 256 bytes"))
			}
			s = step{form: "each", filter: "equals", by: memberName(by), text: text}
		}
		if s.form == "each" {
			each++
		}
		steps = append(steps, s)
		rest = rest[m[1]:]
	}
	if each > 1 {
		panic(compileFault("path with two EACH"))
	}
	return tag, steps
}

// memberName decodes a member of a path.
func memberName(s string) string {
	if s[0] == '"' {
		n := tree(s, 0)
		if n == nil {
			panic(compileFault("quoted name that is no JSON string"))
		}
		s = n.text
	}
	if len(s) > 128 {
		panic(compileFault("name over 128 bytes"))
	}
	return s
}

func hasEach(steps []step) bool {
	return slices.ContainsFunc(steps, func(s step) bool { return s.form == "each" })
}

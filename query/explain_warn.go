package query

import (
	"strings"

	"github.com/zkpass-go/zkpass/document"
)

// Bytes of a path and of a tag in a warning, and how many paths have one of
// their own.
const (
	maxWarnedSteps = 4
	maxWarnedToken = 64
	maxWarnedPaths = 3
)

func (x *explainer) warn() {
	for i, d := range x.prog.Documents {
		x.warnDocument(i, d)
	}
	// Each step needs a container of its own that is open.
	long := 0
	for _, path := range x.prog.Paths {
		if len(path.Steps) <= document.MaxDepth {
			continue
		}
		if long++; long <= maxWarnedPaths {
			x.warning("path ‘", path.short(style{token: maxWarnedToken, steps: maxWarnedSteps}), "’ is longer than documents are deep: it never finds anything")
		}
	}
	if long > maxWarnedPaths {
		x.warning(plural(long-maxWarnedPaths, "more path"), " of this kind")
	}
	x.warnTexts()
}

func (x *explainer) warnDocument(i int, d Source) {
	name := "the document"
	if d.Tag != "" {
		name = "document ‘" + visibleTag(d.Tag, maxWarnedToken) + "’"
	}
	read, exp := false, false
	for j, path := range x.prog.Paths {
		if path.Document != i {
			continue
		}
		read = true
		exp = exp || x.trace.uses[j][UseValue] && len(path.Steps) == 1 && path.Steps[0].Name == "exp"
	}
	if d.Format == JWT && !exp {
		path := Path{Tag: visibleTag(d.Tag, maxWarnedToken), Format: JWT, Steps: []Step{{Kind: Member, Name: "exp"}}}
		x.warning("the query never looks at exp of ", name, `, so an expired token passes: consider {"<": [{"now": []}, {"dvar": "`, path.String(), `"}]}`)
	}
	if !read {
		x.warning("the query reads nothing of ", name, ": the proof tells no more than that its issuer signed it")
	}
}

// warnTexts warns of names and literals that are not what they seem.
func (x *explainer) warnTexts() {
	escaped, alphabets := false, ""
	x.prog.texts(func(s string) {
		escaped = escaped || strings.ContainsFunc(s, hidden)
		if alphabets == "" && mixed(s) {
			alphabets = s
		}
	})
	if escaped {
		x.warning(`the query has characters that do not show or pass for others: they are written as \uXXXX here`)
	}
	if alphabets != "" {
		x.warning("the query mixes letters of several alphabets that look alike in one word or text: ", string(appendVisible(nil, alphabets, maxWarnedToken)))
	}
}

func (x *explainer) warning(parts ...string) {
	x.out.Warnings = append(x.out.Warnings, x.pay(strings.Join(parts, "")))
}

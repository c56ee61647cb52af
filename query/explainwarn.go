package query

import (
	"strconv"
	"strings"
)

// Steps at either end of a path and bytes of a name in a warning, and how many paths
// have one of their own.
const (
	maxWarnedSteps = 4
	maxWarnedToken = 64
	maxWarnedPaths = 3
)

func (x *explainer) warn() {
	x.warnTexts()
	warned := 0
	for i, n := range searchOf(x.prog, x.trace) {
		if n < fewestAnswers {
			continue
		}
		if warned++; warned <= maxWarnedPaths {
			path := x.prog.Paths[i].short(style{token: maxWarnedToken, steps: maxWarnedSteps})
			x.warning(warnSearch, plain("‘"+path+"’"), plain(strconv.Itoa(n)))
		}
	}
	if warned > maxWarnedPaths {
		x.warning(warnMoreSearches, plain(strconv.Itoa(warned-maxWarnedPaths)))
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
		x.warning(warnHidden)
	}
	if alphabets != "" {
		x.warning(warnAlphabets, plain(string(appendVisible(nil, alphabets, maxWarnedToken))))
	}
}

func (x *explainer) warning(k key, args ...argument) {
	x.out.Warnings = append(x.out.Warnings, x.pay(x.words.sentence(k, args...)))
}

package zkvm

import (
	"strings"

	"github.com/zkpass-go/zkpass/query"
)

// question is an exists, is, in or one of the contains family.
func (a *author) question(k *known, depth int) string {
	switch a.IntN(4) {
	case 0:
		if a.often(50) {
			return `{"is":[` + quoted(pick(a.Rand, a.all)) + `,"` + pick(a.Rand, typeNames) + `"]}`
		}
		return `{"exists":` + quoted(pick(a.Rand, a.all)) + `}`
	case 1:
		t := a.anyType()
		var list []string
		for range a.IntN(5) {
			list = append(list, a.literal(t))
		}
		return `{"in":[` + a.scalar(k, t, depth) + `,[` + strings.Join(list, ",") + `]]}`
	}
	needle := a.scalar(k, query.String, depth)
	if a.often(40) {
		needle = quoted(a.piece(pick(a.Rand, a.texts)))
	}
	return `{"` + pick(a.Rand, []string{"", "!", "~", "~!"}) + pick(a.Rand, []string{"contains", "starts_with", "ends_with"}) + `":[` + a.scalar(k, query.String, depth) + `,` + needle + `]}`
}

// piece is a part of a text, cut between characters.
func (a *author) piece(text string) string {
	runes := []rune(text)
	from := a.IntN(len(runes) + 1)
	return string(runes[from : from+a.IntN(len(runes)-from+1)])
}

package app

import (
	"slices"
	"strings"

	"github.com/zkpass-go/zkpass/query"
)

// comparison is one test of a simple question: is this claim that text? Without a claim
// it is about the sign-in, and Text has what is asked of it, names of signInTests.
type comparison struct{ Claim, Text string }

// signInTests are what may be asked of the sign-in, in the order in which it is told.
var signInTests = []string{"question", "app", "valid"}

// comparisons returns the tests of a question that has one boolean output, named result,
// which is true if all tests hold and false otherwise. Each test is whether a claim that
// ShopSphere's customers know is a certain text, or is about the sign-in alone: those
// make one line. It returns nil for any other question, and for texts with characters that
// could mislead: these are told in the words of package query, which sees to that.
func (a *App) comparisons(q *question) []comparison {
	var tests []comparison
	var signIn []string
	for _, test := range allOf(q.program) {
		if about := a.aboutSignIn(q, test); about != "" {
			signIn = append(signIn, about)
			continue
		}
		path, text, ok := equality(q.program, test, query.One)
		if !ok || !slices.Contains(knownClaims, path) || !plain.MatchString(text) {
			return nil
		}
		tests = append(tests, comparison{path, text})
	}
	if len(signIn) > 0 {
		told := slices.DeleteFunc(slices.Clone(signInTests), func(name string) bool { return !slices.Contains(signIn, name) })
		tests = append(tests, comparison{"", strings.Join(told, " ")})
	}
	return tests
}

// aboutSignIn says what a test asks of the sign-in, or nothing if it is about something
// else or about another sign-in than this app's for this question.
func (a *App) aboutSignIn(q *question, test *query.Expr) string {
	p := q.program
	if nonce := q.dvr.Claims.LoginNonce; nonce != "" && equals(p, test, "nonce", nonce, query.One) {
		return "question"
	}
	if a.isAudience(p, test) {
		return "app"
	}
	if test.Op == query.Less && test.Args[0].Op == query.Now && test.Args[1].Op == query.MemberValue &&
		p.Paths[test.Args[1].Path].String() == "exp" {
		return "valid"
	}
	return ""
}

// isAudience tells whether a test is that the ID token is for this app, the claim aud
// being one text, or one text or a list.
func (a *App) isAudience(p *query.Program, test *query.Expr) bool {
	id := a.options.ClientID
	if test.Op != query.Or || len(test.Args) != 2 {
		return equals(p, test, "aud", id, query.One)
	}
	is := func(test *query.Expr, kind query.Kind, path string, quantifier query.Quantifier) bool {
		return test.Op == query.And && len(test.Args) == 2 &&
			test.Args[0].Op == query.Is && test.Args[0].Kind == kind && p.Paths[test.Args[0].Path].String() == "aud" &&
			equals(p, test.Args[1], path, id, quantifier)
	}
	return is(test.Args[0], query.StringKind, "aud", query.One) && is(test.Args[1], query.ArrayKind, "aud[]", query.Any)
}

// equals tells whether a test is that a claim, or any element of one, is a certain text.
func equals(p *query.Program, test *query.Expr, path, text string, quantifier query.Quantifier) bool {
	foundPath, foundText, ok := equality(p, test, quantifier)
	return ok && foundPath == path && foundText == text
}

// equality returns claim and text of a test that compares the two, letter by letter.
func equality(p *query.Program, test *query.Expr, quantifier query.Quantifier) (path, text string, ok bool) {
	if test.Op != query.Equal || test.Fold || test.Negate || test.Quantifier != quantifier {
		return "", "", false
	}
	left, right := test.Args[0], test.Args[1]
	if left.Op != query.MemberValue || right.Op != query.Constant || right.Literal.Type != query.String {
		return "", "", false
	}
	return p.Paths[left.Path].String(), right.Literal.Str, true
}

// allOf returns the tests of a program that outputs whether all of them hold, as
// result, and nothing else; and none of any other program.
func allOf(p *query.Program) []*query.Expr {
	body := p.Body
	var local *query.Statement
	if len(body) == 2 && body[0].Kind == query.Assign {
		local, body = &body[0], body[1:]
	}
	if len(body) != 1 || body[0].Kind != query.Output || p.Outputs[body[0].Slot] != "result" {
		return nil
	}
	var tests []*query.Expr
	var add func(e *query.Expr)
	used := local == nil
	add = func(e *query.Expr) {
		switch {
		case e.Op == query.And:
			for _, arg := range e.Args {
				add(arg)
			}
		case e.Op == query.Local && local != nil && e.Slot == local.Slot:
			used = true
			add(local.Expr)
		default:
			tests = append(tests, e)
		}
	}
	add(body[0].Expr)
	if !used {
		return nil
	}
	return tests
}

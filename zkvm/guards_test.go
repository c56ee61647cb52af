package zkvm

import (
	"strings"
	"testing"
)

// An operand that is not needed decides nothing, whatever it would be: beside one that has decided, "or" stays
// true and "and" stays false. Its flag is 0 then, for in sums of flags a 1 would turn the other one over.

// unneeded asks for expressions where they are not needed.
func unneeded(t *testing.T, payload string, expressions ...string) {
	t.Helper()
	var list []string
	for _, e := range expressions {
		list = append(list, `{"or":[{"dvar":"yes"},`+e+`]}`, `{"and":[{"dvar":"no"},`+e+`]}`)
	}
	questions(t, payload, list...)
}

func TestGuardsOfComparisons(t *testing.T) {
	t.Parallel()
	var list []string
	for _, op := range []string{"==", "!=", "<", "<=", ">", ">="} {
		for _, right := range []string{"3", `{"dvar":"b"}`} {
			list = append(list, `{"`+op+`":[{"dvar":"a"},`+right+`]}`)
		}
	}
	unneeded(t, `{"yes":true,"no":false,"a":3,"b":5}`, list...)
}

// TestGuardsOfLongComparisons: all elements are as is asked, some, or none.
func TestGuardsOfLongComparisons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ literal, payload string }{
		{`"x"`, `{"yes":true,"no":false,"a":["x","x"],"b":["x","y"],"c":["y"]}`},
		{"true", `{"yes":true,"no":false,"a":[true],"b":[true,false],"c":[false]}`},
		{"5", `{"yes":true,"no":false,"a":[5,5],"b":[5,7],"c":[7]}`},
	} {
		for _, path := range []string{"a[]", "b[]", "c[]"} {
			var list []string
			for _, e := range comparisons(path, c.literal) {
				if strings.HasPrefix(e[strings.Index(e, "["):], `[{"dvar"`) {
					list = append(list, e)
				}
			}
			unneeded(t, c.payload, list...)
		}
	}
}

func TestGuardsOfIs(t *testing.T) {
	t.Parallel()
	payload := `{"yes":true,"no":false,"s":"x","n":1,"t":true,"f":false,"z":null,"a":[],"o":{}}`
	var list []string
	for _, c := range [][2]string{{"s", "string"}, {"n", "number"}, {"t", "boolean"}, {"f", "boolean"}, {"z", "null"}, {"a", "array"}, {"o", "object"}} {
		list = append(list, `{"is":["`+c[0]+`","`+c[1]+`"]}`)
	}
	unneeded(t, payload, list...)
	questions(t, payload, list...) // where they are needed each is true
}

// TestGuardsOfNames: a value in an object that has a name which the class does not allow may not be used. Where it is
// not needed, nothing is claimed of it.
func TestGuardsOfNames(t *testing.T) {
	t.Parallel()
	for _, e := range []string{`{"==":[{"dvar":"o.a"},"x"]}`, `{"<":[{"dvar":"o.b"},5]}`, `{"dvar":"o.c"}`, `{"==":[{"dvar":"o.p.d"},"x"]}`} {
		q := ask(t, boolean(`{"or":[{"dvar":"yes"},`+e+`]}`), `{"yes":true,"o":{"a":"x","b":1,"c":true,"p":{"d":"x"},"\u0065":1}}`)
		q.st.Documents[0].Class.Names = false
		q.verify(t, e, anyOutput...)
		q = ask(t, boolean(`{"or":[{"dvar":"no"},`+e+`]}`), `{"no":false,"o":{"a":"x","b":1,"c":true,"p":{"d":"x"},"\u0065":1}}`)
		q.st.Documents[0].Class.Names, q.output = false, nil
		q.verify(t, e, anyOutput...)
	}
}

// TestFoldedMembers: both operands of a comparison without case are strings, or it has no result: neither is it of
// a number beside its text, nor of what is not there, which compares as equal to anything.
func TestFoldedMembers(t *testing.T) {
	t.Parallel()
	others := []string{`"a":1`, `"a":true`, `"a":null`, `"a":["x"]`, `"a":{}`, `"b":"x"`}
	for _, op := range []string{"~==", "~!="} {
		for _, other := range others {
			expression(t, `{"`+op+`":[{"dvar":"a"},{"dvar":"s"}]}`, `{`+other+`,"s":"x"}`)
			expression(t, `{"`+op+`":[{"dvar":"s"},{"dvar":"a"}]}`, `{`+other+`,"s":"x"}`)
		}
		for _, s := range []string{"x", "X", "y"} {
			expression(t, `{"`+op+`":[{"dvar":"a"},{"dvar":"s"}]}`, `{"a":"`+s+`","s":"x"}`)
		}
	}
	for held, prove := range map[string]bool{`{"a":1,"s":"x"}`: true, `{"a":"x","s":1}`: false, `{"s":"x"}`: true, `{"a":"x"}`: false} {
		text := `{"~!=":[{"dvar":"a"},{"dvar":"s"}]}`
		f := forged(t, text, `{"a":"y","s":"x"}`, held)
		if !strings.Contains(held, "1") { // what is not there is as anything
			f = forged(t, strings.Replace(text, "!", "=", 1), `{"a":"x","s":"x"}`, held)
		}
		newAttack(t, f, cheat{}).refused(t, "string member", prove)
	}
}

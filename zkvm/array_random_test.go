package zkvm

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// choice is one of a list.
func choice[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// randomScalar is a JSON value, mostly a scalar that compares equal to others.
func randomScalar(r *rand.Rand, kind int) string {
	if r.IntN(24) == 0 {
		return choice(r, `null`, `[]`, `{}`, `[1]`, `{"n":1}`, `1.5`, `1e2`, `9223372036854775808`, `"\u0061"`, `-0`, `"1"`, `true`)
	}
	switch kind {
	case 0:
		return choice(r, `1`, `2`, `3`, `-4`, `1234567890123`)
	case 1:
		return choice(r, `"x"`, `"y"`, `"X"`, `""`, `"{]"`, `"\u0078"`, `"\u0059"`, `"x\""`)
	}
	return choice(r, `true`, `false`)
}

func randomSpace(r *rand.Rand) string { return choice(r, "", "", "", " ", "\n\t") }

// randomElement is an object as the queries below look into, mostly.
func randomElement(r *rand.Rand, kind int) string {
	if r.IntN(30) == 0 {
		return choice(r, `null`, `[{"n":1}]`, `5`, `"n"`, `{}`)
	}
	var members []string
	add := func(name, value string) {
		members = append(members, randomSpace(r)+`"`+name+`"`+randomSpace(r)+`:`+randomSpace(r)+value)
	}
	if r.IntN(20) != 0 {
		add("n", randomScalar(r, kind))
		if r.IntN(20) != 0 {
			add("_n_zkpass_public_", choice(r, "true", "true", "true", "true", "true", "true", "true", "true", "true", "false"))
		}
	}
	switch r.IntN(8) {
	case 0, 1, 2:
		add("f", "true")
	case 3, 4:
		add("f", "false")
	case 5:
		add("f", choice(r, "null", "null", "null", "null", "0", `"x"`, "{}"))
	}
	if r.IntN(3) != 0 {
		add("k", choice(r, `"s"`, `"s"`, `"t"`, `null`, `"\u0073"`, `"\""`))
	}
	if r.IntN(3) != 0 {
		add("b", `{"n":`+randomScalar(r, kind)+choice(r, "", `,"c":[`+randomScalar(r, kind)+`,`+randomScalar(r, kind)+`]`)+`}`)
	}
	if r.IntN(40) == 0 {
		add("n", randomScalar(r, kind))
	}
	if r.IntN(60) == 0 {
		add(`\u006e`, "1")
	}
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + randomSpace(r) + "}"
}

func randomList(r *rand.Rand, most int, f func() string) string {
	var list []string
	for range r.IntN(most + 1) {
		list = append(list, randomSpace(r)+f()+randomSpace(r))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func randomArrays(r *rand.Rand) string {
	kind := r.IntN(3)
	members := []string{
		`"a":` + randomList(r, 4, func() string { return randomElement(r, kind) }),
		`"l":` + randomList(r, 5, func() string { return randomScalar(r, kind) }),
		`"m":` + randomList(r, 3, func() string { return randomList(r, 3, func() string { return randomScalar(r, kind) }) }),
		`"s":` + randomScalar(r, kind),
	}
	for _, name := range []string{"a", "l", "m"} {
		if r.IntN(4) != 0 {
			members = append(members, `"_`+name+`_zkpass_public_":true`)
		}
	}
	r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ",") + "}"
}

func randomArrayQuery(r *rand.Rand) string {
	filter := choice(r, "[]", "[*]", "[?f]", "[?!f]", "[?k == 's']", `[?k == '\"']`)
	list := choice(r, "l[]", "m[][1]", "m[1][]", "a"+filter+".n", "a"+filter+".n", "a"+filter+".b.n", "a"+filter+".b.c[0]", "a"+filter+".f")
	scalar := choice(r, `{"dvar":"s"}`, `{"dvar":"l[1]"}`, `{"dvar":"a[0].n"}`, `{"dvar":"m[1][0]"}`, `1`, `2`, `"x"`, `"x\""`, `true`)
	op := choice(r, "==", "!=")
	switch r.IntN(6) {
	case 0:
		op, scalar = choice(r, "<", "<=", ">", ">="), choice(r, `{"dvar":"s"}`, `{"dvar":"l[1]"}`, `2`, `{"count":"a[?f]"}`)
	case 1:
		op, scalar = choice(r, "~==", "~!="), choice(r, `{"dvar":"s"}`, `{"dvar":"l[1]"}`, `"x"`)
	}
	args := []string{`{"dvar":"` + list + `"}`, scalar}
	if r.IntN(2) == 0 {
		args[0], args[1] = args[1], args[0]
	}
	test := `{"` + op + `":[` + args[0] + `,` + args[1] + choice(r, "", `,"or"`, `,"and"`) + `]}`
	switch r.IntN(7) {
	case 0:
		return boolean(`{"dvar":"` + list + `"}`)
	case 1:
		return boolean(`{"count":"a` + filter + `"}`)
	case 2:
		return `[{"assign":{"v":{"dvar":"` + list + `"}}},{"output":{"r":` + choice(r, `{"lvar":"v"}`, `{"==":[{"lvar":"v"},`+scalar+`,"or"]}`) + `}}]`
	case 3:
		return `[{"if":{"condition":{"==":[{"dvar":"s"},` + choice(r, `1`, `"x"`, `true`) + `]},"then":[{"output":{"r":` + test + `}}],"else":[{"output":{"r":{"dvar":"` + list + `"}}}]}}]`
	case 4:
		return boolean(`{"` + choice(r, "and", "or") + `":[` + choice(r, `true`, `false`, `{"==":[{"count":"l[]"},2]}`) + `,` + test + `]}`)
	}
	return boolean(test)
}

// Random arrays and queries: circuit and evaluator agree.
func TestRandomArrays(t *testing.T) {
	rounds, seed := 25, uint64(1)
	if os.Getenv("ZKPASS_LONG") != "" {
		rounds, seed = 1000, rand.Uint64()
	}
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	evaluated := 0
	for i := range rounds {
		payload := randomArrays(r)
		q := randomArrayQuery(r)
		p, err := tryCompile(q)
		if err != nil {
			continue // a type that the query alone fixes
		}
		candidates := []string{`{}`, choice(r, booleans[:2]...), fmt.Sprintf(`{"r":%s}`, choice(r, `[]`, `0`, `1`, `[1]`, `["x"]`, `["x\""]`, `[true]`, `2`, `[1,2]`))}
		if i%2 == 0 {
			candidates = candidates[1:2]
		}
		if agree(t, p, payload, testNow, candidates...) {
			evaluated++
		}
		if t.Failed() {
			t.Fatalf("query %s", q)
		}
	}
	t.Logf("%d rounds, %d with a result", rounds, evaluated)
	if evaluated < rounds/5 {
		t.Errorf("only %d of %d rounds have a result", evaluated, rounds)
	}
}

package zkvm

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"strings"
	"testing"
)

func TestClassWithEscapes(t *testing.T) {
	c := Class{Bytes: 576, Depth: 8, Escapes: true}
	if c.String() != "576/8e" {
		t.Errorf("got %s", c)
	}
	for text, want := range map[string]Class{"576/8e": c, "576/8": {Bytes: 576, Depth: 8}, "576/8n": {Bytes: 576, Depth: 8, Names: true}, "576/8en": {Bytes: 576, Depth: 8, Escapes: true, Names: true}, "192/16e": {Bytes: 192, Depth: 16, Escapes: true}} {
		if got, err := ParseClass(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"576/8ee", "576/8ne", "576/8nn", "576n/8", "576/8N", "n", "576e/8", "576/e", "577/8e", "576/8E", "0576/8", "+576/8", "576/08", "576/8/", "e", ""} {
		if c, err := ParseClass(text); !errors.Is(err, ErrClass) {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
}

func TestEscapes(t *testing.T) {
	t.Parallel()
	payload := `{"s":"a\u0062\u00e9\ud83d\ude00\n","p":"ab\u00E9😀\u000a","q":"\"\\\/\b\f\r\t\u20ac\u0000","k":"\u004B","n":"k","z":"x\"","i":-12,"e":"","t":true}`
	for _, e := range []string{
		`{"==":[{"dvar":"s"},"abé😀\n"]}`, `{"==":[{"dvar":"s"},"abé😀"]}`, `{"==":[{"dvar":"s"},{"dvar":"p"}]}`, `{"!=":[{"dvar":"s"},{"dvar":"q"}]}`,
		`{"==":[{"dvar":"q"},"\"\\/\b\f\r\t€\u0000"]}`, `{"==":[{"dvar":"q"},"\"\\/\b\f\r\t€"]}`, `{"~==":[{"dvar":"k"},"k"]}`, `{"~==":[{"dvar":"k"},{"dvar":"n"}]}`, `{"==":[{"dvar":"k"},{"dvar":"n"}]}`,
		`{"in":[{"dvar":"z"},["x","x\"","y"]]}`, `{"in":[{"dvar":"z"},["x\\\""]]}`, `{"==":[{"dvar":"e"},""]}`, `{"==":[{"dvar":"i"},-12]}`, `{"==":[{"dvar":"t"},true]}`,
		`{"==":[{"dvar":"i"},"-12"]}`, `{"==":[{"dvar":"s"},1]}`,
		`{"contains":[{"dvar":"s"},"bé"]}`, `{"contains":[{"dvar":"q"},"\u0000"]}`, `{"contains":[{"dvar":"s"},"\u0000"]}`, `{"contains":[{"dvar":"z"},"\"\""]}`, `{"contains":[{"dvar":"z"},"x\""]}`,
		`{"contains":["xy\"x\"",{"dvar":"z"}]}`, `{"contains":["x\\\"",{"dvar":"z"}]}`, `{"~contains":[{"dvar":"k"},{"dvar":"n"}]}`, `{"contains":[{"dvar":"p"},{"dvar":"s"}]}`, `{"contains":[{"dvar":"p"},{"dvar":"e"}]}`,
		`{"contains":[{"dvar":"z"},{"dvar":"z"}]}`, `{"contains":[{"dvar":"k"},{"dvar":"z"}]}`, `{"contains":[{"dvar":"i"},"1"]}`, `{"or":[true,{"contains":[{"dvar":"i"},{"dvar":"zz"}]}]}`, `{"exists":"s"}`,
	} {
		expression(t, e, payload)
	}
	// Outputs are written with the escapes that JSON needs.
	q := ask(t, `[{"output":{"r":{"dvar":"s"}}}]`, `{"s":"\u0041\u0022\u005c\u0001","_s_zkpass_public_":true}`)
	if want := `{"r":"A\"\\\u0001"}`; string(q.output) != want {
		t.Fatalf("output %s", q.output)
	}
	q.verify(t, "output", `{"r":"A"}`, `{"r":"A\"\\"}`, `{"r":"A\"\\\u0001\u0000"}`, `{"r":"\\u0041\\u0022\\u005c\\u0001"}`)
	// Of more than 256 bytes as written, though what is decoded is shorter.
	for _, n := range []int{42, 43} {
		long := `{"s":"` + strings.Repeat(`\u0061`, n) + `aaaa"}`
		expression(t, `{"==":[{"dvar":"s"},"`+strings.Repeat("a", n+4)+`"]}`, long)
		expression(t, `{"contains":[{"dvar":"s"},"`+strings.Repeat("a", n+4)+`"]}`, long)
	}
	// Without escapes in the class, a string that has one cannot be used.
	q = ask(t, `{"==":["s","ab"]}`, `{"s":"\u0061b"}`)
	q.verify(t, "class with escapes", `{"result":false}`)
	q.st.Documents[0].Class.Escapes = false
	if err := q.try(string(q.output)); err == nil {
		t.Error("class without escapes: accepted")
	}
	// And a class with escapes changes nothing for the others.
	q = ask(t, `{"==":["s","ab"]}`, `{"s":"ab"}`)
	q.st.Documents[0].Class.Escapes = true
	q.verify(t, "no escape", `{"result":false}`)
}

func TestEscapesRandom(t *testing.T) {
	t.Parallel()
	seed := mathrand.Uint64()
	t.Logf("seed %d", seed)
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	pieces := []string{`a`, `\u0061`, `A`, `\u0041`, `b`, `\n`, `\u000a`, `\"`, `\u0022`, `é`, `\u00c3`, `\u00e9`, `€`, `\u20ac`, `😀`, `\ud83d\ude00`, `\\`, `\/`, `\u0000`}
	word := func(n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return `"` + b.String() + `"`
	}
	rounds := 25
	if os.Getenv(longRuns) != "" {
		rounds = 1000
	}
	for range rounds {
		n := 1 + r.IntN(4)
		payload := fmt.Sprintf(`{"h":%s,"n":%s,"x":"\\"}`, word(3*n), word(n))
		operand := func(name string, n int) string {
			if r.IntN(3) == 0 {
				return word(n)
			}
			return `{"dvar":"` + name + `"}`
		}
		op := []string{"==", "~==", "contains", "~contains", "~!contains"}[r.IntN(5)]
		expression(t, `{"`+op+`":[`+operand("h", 3*n)+`,`+operand("n", n)+`]}`, payload)
	}
}

func TestEscapeAttacks(t *testing.T) {
	t.Parallel()
	payload := `{"s":"a\u0042\n"}`
	q := ask(t, `[{"output":{"r":{"~==":[{"dvar":"s"},"ab\n"]}}}]`, payload)
	a := newTampering(t, q, string(q.output))
	n := a.plan.gf.Bits
	// The laying-out order is units, their case, bytes that emit, lengths, cases,
	// equality: sample them all.
	for i := 1; i < 5*192+9*192+2*192; i += 5 {
		x := &a.plan.secrets.GF[n-i]
		*x = field.Add(*x, one)
		if !a.note(a.plan.try()) {
			t.Errorf("bit %d from the end can be changed", i)
		}
		*x = field.Add(*x, one)
	}
	for i := n; i < n+a.plan.gf.Symbols; i += 23 { // indexes of bytes that emit
		x := &a.plan.secrets.GF[i]
		*x = field.Add(*x, one)
		if !a.note(a.plan.try()) {
			t.Errorf("symbol %d can be changed", i-n)
		}
		*x = field.Add(*x, one)
	}
	a.full(t, 7)
	a.published(t, 10)
	t.Log(a.failed)
	a.want(t, "unit of a string", "upper case", "byte of a string that emits", "index of a byte that emits", "decoded string", "product")

	// A character past the end; a longer string; another character.
	for _, e := range []string{`{"==":[{"dvar":"s"},"aB\n\u0000"]}`, `{"==":[{"dvar":"s"},"aB"]}`, `{"==":[{"dvar":"s"},"ab\n"]}`, `{"==":[{"dvar":"s"},"a\\u0042\\n"]}`} {
		expression(t, e, payload)
	}
}

func TestEscapeProof(t *testing.T) {
	t.Parallel()
	payload := `{"s":"a\u0042\n\ud83d\ude00","n":"\ud83d\uDE00"}`
	for _, e := range []string{`{"==":[{"dvar":"s"},"aB\n😀"]}`, `{"contains":[{"dvar":"s"},{"dvar":"n"}]}`} {
		q := ask(t, `[{"output":{"r":`+e+`}}]`, payload)
		st := *q.st
		st.Output = q.output
		proof, err := Prove(context.Background(), &st, q.secrets)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %s, %d bytes", e, q.output, len(proof))
		if err := Verify(&st, proof); err != nil {
			t.Error(err)
		}
		st.Documents[0].Class.Escapes = false
		if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("other class: %v", err)
		}
		st.Documents[0].Class.Escapes = true
		st.Output = []byte(`{"r":false}`)
		if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("other output: %v", err)
		}
	}
}

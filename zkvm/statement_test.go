package zkvm

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
)

// TestStatementsRefused: what is no statement, each wrong in one thing.
func TestStatementsRefused(t *testing.T) {
	f := newFixture(t, boolean(`{"==":[{"dvar":"a"},1]}`), `{"a":1}`)
	if _, err := Soundness(f.st); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		change func(s *Statement, d *Document)
		reason string
	}{
		"no program":             {func(s *Statement, _ *Document) { s.Program = nil }, "documents"},
		"no documents":           {func(s *Statement, _ *Document) { s.Documents = nil }, "documents"},
		"a document more":        {func(s *Statement, d *Document) { s.Documents = append(s.Documents, *d) }, "documents"},
		"another tag":            {func(_ *Statement, d *Document) { d.Tag = "x" }, "tag"},
		"a header that is none":  {func(_ *Statement, d *Document) { d.Header = "e3" }, "2 characters"},
		"a line end in a header": {func(_ *Statement, d *Document) { d.Header = d.Header[:4] + "\n" + d.Header[4:] }, "canonical"},
		"X with RS256":           {func(_ *Statement, d *Document) { d.Key = SampleKey(RS256, 2048); d.Key.X[3] = 1 }, "coordinates"},
		"Y with PS256":           {func(_ *Statement, d *Document) { d.Key = SampleKey(PS256, 2048); d.Key.Y[3] = 1 }, "coordinates"},
		"an output that is none": {func(s *Statement, _ *Document) { s.Output = []byte(`[true]`) }, "not an object"},
		"another output":         {func(s *Statement, _ *Document) { s.Output = []byte(`{"q":true}`) }, "member 1"},
		"an output twice":        {func(s *Statement, _ *Document) { s.Output = []byte(`{"r":true,"r":true}`) }, ""},
		"a blank in the output":  {func(s *Statement, _ *Document) { s.Output = []byte(`{"r": true}`) }, "canonical"},
		"elements of two types":  {func(s *Statement, _ *Document) { s.Output = []byte(`{"r":[1,"x"]}`) }, "different types"},
		"more elements than kept": {func(s *Statement, _ *Document) {
			s.Output = []byte(`{"r":[1` + strings.Repeat(",1", query.MaxElements) + `]}`)
		}, "elements, at most"},
	} {
		st := *f.st
		st.Documents = slices.Clone(st.Documents)
		v.change(&st, &st.Documents[0:1:1][0])
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: panic: %v", name, r)
				}
			}()
			if _, err := Soundness(&st); err == nil || !strings.Contains(err.Error(), v.reason) {
				t.Errorf("%s: %v, want %q", name, err, v.reason)
			}
		}()
	}
	for _, secrets := range [][]Secret{nil, append(slices.Clone(f.secrets), f.secrets...)} {
		if _, err := Prove(context.Background(), f.st, secrets); err == nil {
			t.Errorf("%d documents' secrets for one", len(secrets))
		}
	}
	longer := slices.Clone(f.secrets)
	longer[0].Signature = slices.Insert(slices.Clone(longer[0].Signature), 32, 0)
	if _, err := Prove(context.Background(), f.st, longer); err == nil {
		t.Error("a signature with a zero before s is taken")
	}
	// A document that is longer than its class.
	long := newFixture(t, boolean(`{"==":[{"dvar":"a"},1]}`), padded(`{"a":1}`, 193))
	long.st.Documents[0].Class.Bytes = 192
	if _, err := Prove(context.Background(), long.st, long.secrets); !errors.Is(err, ErrClass) {
		t.Errorf("193 bytes in a class of 192: %v", err)
	}
}

// TestMethodVersionIsOfProfileAndProgram: either changes more than the name of the profile.
func TestMethodVersionIsOfProfileAndProgram(t *testing.T) {
	digest := func(profile libzk.Profile, text string) string {
		return strings.TrimPrefix(MethodVersionOf(profile, compileJWT(t, boolean(text))), string(profile))
	}
	a := digest(libzk.V2, `true`)
	if a == digest(libzk.V2Hash, `true`) || a == digest(libzk.V2, `false`) {
		t.Error("two versions are one")
	}
}

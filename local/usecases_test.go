package local_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

// useCase is a query of testdata/usecases with the data that it is asked of. A
// use case is a directory with the query and a directory for each case, which
// has data.json, or data.TAG.json for each document, and expected.json.
type useCase struct {
	query string
	cases map[string]caseData
}

type caseData struct {
	data     map[string]string // by tag
	expected string            // the outputs, as they are to be byte for byte
}

func readUseCase(t *testing.T, dir string) *useCase {
	t.Helper()
	u := &useCase{readText(t, filepath.Join(dir, "query.json")), map[string]caseData{}}
	for _, name := range entries(t, dir, fs.FileMode.IsDir) {
		path := filepath.Join(dir, name)
		c := caseData{data: map[string]string{}}
		for _, file := range entries(t, path, fs.FileMode.IsRegular) {
			text := readText(t, filepath.Join(path, file))
			stem := strings.TrimSuffix(file, ".json")
			if tag, ok := strings.CutPrefix(stem, "data"); ok {
				c.data[strings.TrimPrefix(tag, ".")] = text
			} else if stem == "expected" {
				c.expected = text
			} else {
				t.Fatalf("%s: unexpected file %s", path, file)
			}
		}
		if len(c.data) == 0 || c.expected == "" {
			t.Fatalf("%s: data or expected outputs are missing", path)
		}
		u.cases[name] = c
	}
	if len(u.cases) < 2 {
		t.Fatalf("%s: want two cases or more, which tell the outputs apart", dir)
	}
	return u
}

// entries are the names of a directory's entries of one type, in order.
func entries(t *testing.T, dir string, want func(fs.FileMode) bool) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range list {
		if want(entry.Type()) {
			names = append(names, entry.Name())
		}
	}
	return names
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}

// exchange brings a case to a proof. Each document has an issuer of its own.
func (u *useCase) exchange(t *testing.T, c caseData) *exchange {
	t.Helper()
	x := newExchange(t)
	x.dvr.Query = u.query
	x.dvr.Requests, x.tokens = map[string]zkpass.UserDataRequest{}, map[string]string{}
	for tag, data := range c.data {
		issuer := newKey(t, zkpass.ES256)
		x.dvr.Requests[tag] = zkpass.UserDataRequest{VerifyingKey: issuer.Public().Option()}
		x.tokens[tag] = signed(t, issuer, data)
	}
	return x
}

// evaluate gives the outputs without any proof.
func (u *useCase) evaluate(t *testing.T, c caseData) string {
	t.Helper()
	program, err := query.Compile([]byte(u.query), slices.Collect(maps.Keys(c.data)))
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]*document.Document{}
	for tag, data := range c.data {
		if documents[tag], err = document.Parse([]byte(`{"data":` + data + `}`)); err != nil {
			t.Fatal(err)
		}
	}
	outputs, err := program.Eval(documents, noon)
	if err != nil {
		t.Fatal(err)
	}
	return string(outputs.JSON)
}

// otherOutputs are the outputs that other cases have and this one has not.
func (u *useCase) otherOutputs(c caseData) []string {
	var others []string
	for _, name := range slices.Sorted(maps.Keys(u.cases)) {
		if other := u.cases[name].expected; other != c.expected && !slices.Contains(others, other) {
			others = append(others, other)
		}
	}
	return others
}

// TestUseCases takes every use case from signed data to verified outputs, and
// claims the outputs of its other cases with the same proof.
func TestUseCases(t *testing.T) {
	const root = "testdata/usecases"
	names := entries(t, root, fs.FileMode.IsDir)
	if len(names) == 0 {
		t.Fatalf("%s holds no use case", root)
	}
	for _, name := range names {
		u := readUseCase(t, filepath.Join(root, name))
		for i, caseName := range slices.Sorted(maps.Keys(u.cases)) {
			t.Run(name+"/"+caseName, func(t *testing.T) {
				c := u.cases[caseName]
				if got := u.evaluate(t, c); got != c.expected {
					t.Fatalf("evaluated %s, want %s", got, c.expected)
				}
				if testing.Short() && i > 0 {
					t.Skip("short: one proof a use case")
				}
				u.prove(t, c)
			})
		}
	}
}

func (u *useCase) prove(t *testing.T, c caseData) {
	t.Helper()
	x := u.exchange(t, c)
	result, err := x.prove(t)
	if err != nil {
		t.Fatal(err)
	}
	request, options := x.request(t), verify.Options{AllowLocal: true, Now: at(noon)}
	outcome, err := verify.Verify(context.Background(), result.Token, request, options)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(outcome.Outputs); got != c.expected {
		t.Errorf("verified %s, want %s", got, c.expected)
	}
	others := u.otherOutputs(c)
	if len(others) == 0 {
		t.Error("no other case has other outputs")
	}
	for _, other := range others {
		result.Proof.Output = other
		token, err := zkpass.MarshalLocalProof(result.Proof)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verify.Verify(context.Background(), token, request, options); !errors.Is(err, verify.ErrProof) {
			t.Errorf("the proof with outputs %s: %v", other, err)
		}
	}
}

// Neither of two issuers can sign the other's document.
func TestUseCaseIssuersExchanged(t *testing.T) {
	u := readUseCase(t, "testdata/usecases/two_documents")
	x := u.exchange(t, u.cases["same_person"])
	requests := x.dvr.Requests
	requests["bank"], requests["hospital"] = requests["hospital"], requests["bank"]
	if _, err := x.prove(t); !errors.Is(err, zkpass.ErrSignature) {
		t.Errorf("issuers exchanged: %v", err)
	}
}

// Without the issuer's marks the use cases' members are not shown.
func TestUseCaseUnmarked(t *testing.T) {
	for name, of := range map[string]struct{ shows, mark string }{
		"loan":          {"passed", `"_email_zkpass_public_": true`},
		"insurance":     {"covered", `"_balance_zkpass_public_": true`},
		"two_documents": {"same_person", `"_last_name_zkpass_public_": true`},
		"job":           {"last_skill", `"_name_zkpass_public_": true`},
		"conditional":   {"then", `"_credit_zkpass_public_": true`},
	} {
		u := readUseCase(t, filepath.Join("testdata/usecases", name))
		c := u.cases[of.shows]
		found := false
		for tag, data := range c.data {
			found = found || strings.Contains(data, of.mark)
			c.data[tag] = strings.Replace(data, of.mark, strings.Replace(of.mark, "true", "false", 1), 1)
		}
		if !found {
			t.Fatalf("%s: no %s to take away", name, of.mark)
		}
		if _, err := u.exchange(t, c).prove(t); !errors.Is(err, query.ErrUndisclosed) {
			t.Errorf("%s without %s: %v", name, of.mark, err)
		}
	}
}

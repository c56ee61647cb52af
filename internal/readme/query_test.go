package readme

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// The blocks of docs/query-language.md. A query is evaluated over the last
// document before it, if the block after it shows the outcome, and each can be proven.
const (
	documentBlock  = "json document"
	queryBlock     = "json query"
	evaluationTime = "2026-03-01T12:00:00Z" // as the page says
)

func TestQueryLanguage(t *testing.T) {
	const page = "docs/query-language.md"
	at, err := time.Parse(time.RFC3339, evaluationTime)
	if err != nil {
		t.Fatal(err)
	}
	var doc *document.Document
	all := blocks(t, page)
	evaluated := 0
	for i, b := range all {
		switch b.info {
		case documentBlock:
			if doc, err = document.Parse([]byte(`{"data":` + b.text + `}`)); err != nil {
				t.Fatalf("%s:%d: %v", page, b.line, err)
			}
			continue
		case queryBlock:
		default:
			continue
		}
		program, err := query.Compile([]byte(b.text), []string{""})
		if i+1 < len(all) && all[i+1].info == "text" {
			output := ""
			if err == nil {
				var out query.Outputs
				if out, err = program.Eval(map[string]*document.Document{"": doc}, at); err == nil {
					output = string(out.JSON) + "\n"
				}
			}
			if err != nil {
				output = "error: " + err.Error() + "\n"
			}
			if output != all[i+1].text {
				t.Errorf("%s:%d: gives %sshown is %s", page, b.line, output, all[i+1].text)
			}
			evaluated++
		} else if err != nil {
			t.Errorf("%s:%d: %v", page, b.line, err)
		}
		if program == nil {
			continue
		}
		if !provable(t, program) {
			t.Errorf("%s:%d: cannot be proven", page, b.line)
		}
	}
	if evaluated < 10 {
		t.Errorf("%s: %d queries were evaluated, want all examples", page, evaluated)
	}
}

// provable tells whether the zkVM has circuits for a query over one document.
func provable(t *testing.T, program *query.Program) bool {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	x, y, _ := key.Public().Point()
	class, err := zkvm.ClassFor(100, 3)
	if err != nil {
		t.Fatal(err)
	}
	_, err = zkvm.Circuits(&zkvm.Statement{
		Program: program,
		Documents: []zkvm.Document{{
			Key:    zkvm.Key{X: x, Y: y},
			Header: base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256"}`)),
			Class:  class,
		}},
		Output: []byte(`{}`),
	})
	if err != nil && !errors.Is(err, zkvm.ErrUnsupported) {
		t.Fatalf("%s: %v", strings.Join(program.Outputs, ", "), err)
	}
	return err == nil
}

package query_test

import (
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

func Example() {
	const text = `[
		{"output": {"title": "Loan"}},
		{"output": {"result": {">=": [{"get_age": [{"dvar": "born"}, "YYYY-MM-DD"]}, 21]}}},
		{"output": {"name": {"dvar": "name"}}}
	]`
	program, err := query.Compile([]byte(text), []string{""})
	if err != nil {
		fmt.Println(err)
		return
	}
	doc, err := document.Parse([]byte(`{"data": {"name": "Siti", "_name_zkpass_public_": true, "born": "1996-02-29"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2025, time.February, 28, 12, 0, 0, 0, time.UTC)
	out, err := program.Eval(map[string]*document.Document{"": doc}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", out.JSON)
	// Output: {"title":"Loan","result":true,"name":"Siti"}
}

// What a holder's app shows before its user agrees.
func ExampleExplain() {
	const text = `{"and": [{"==": ["firstName", "Jane"]}, {"==": ["licenseNumber", "DL00718256"]}]}`
	program, err := query.Compile([]byte(text), []string{""})
	if err != nil {
		fmt.Println(err)
		return
	}
	explanation := query.Explain(program)
	for _, output := range explanation.Outputs {
		for _, reveal := range output.Reveals {
			if reveal.Kind == query.RevealsOutcome {
				fmt.Printf("%s %t tells: %s\n", output.Name, *reveal.Outcome, reveal.Text)
				for _, fact := range reveal.Facts {
					fmt.Println("-", fact)
				}
			}
		}
	}
	for _, read := range explanation.Reads {
		fmt.Printf("%s: %s\n", read.Text, read.Shown)
	}
	// Output:
	// result true tells: all of these hold
	// - ‘firstName’ equals "Jane"
	// - ‘licenseNumber’ equals "DL00718256"
	// result false tells: at least one of these does not hold, and not which
	// - ‘firstName’ equals "Jane"
	// - ‘licenseNumber’ equals "DL00718256"
	// ‘firstName’: answers
	// ‘licenseNumber’: answers
}

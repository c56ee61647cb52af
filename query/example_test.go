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

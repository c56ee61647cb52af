package calls

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

type explainArgs struct {
	Query     string                   `json:"query"`
	Documents map[string]zkpass.Format `json:"documents"` // the format by tag; none is one document without a tag
	Language  query.Language           `json:"language"`
}

func explainCall(_ context.Context, _ Host, args []byte) (any, error) {
	var a explainArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	if a.Documents == nil {
		a.Documents = map[string]zkpass.Format{"": zkpass.FormatZKPass}
	}
	return explain(a.Query, a.Documents, a.Language)
}

func explain(text string, documents map[string]zkpass.Format, language query.Language) (*query.Explanation, error) {
	if language == "" {
		language = query.English
	}
	if !slices.Contains(query.Languages(), language) {
		return nil, fmt.Errorf("argument language: want one of %v", query.Languages())
	}
	var options []query.Option
	for tag, format := range documents {
		switch format {
		case zkpass.FormatJWT:
			options = append(options, query.WithFormat(tag, query.JWT))
		case zkpass.FormatZKPass:
		default:
			return nil, fmt.Errorf("argument documents: want the format %s or %s", zkpass.FormatZKPass, zkpass.FormatJWT)
		}
	}
	program, err := query.Compile([]byte(text), slices.Sorted(maps.Keys(documents)), options...)
	if err != nil {
		return nil, compiling(err)
	}
	explanation := query.ExplainIn(language, program)
	return &explanation, nil
}

// compiling makes a problem of an error of the query's.
func compiling(err error) *zkpass.Problem {
	p := zkpass.NewProblem(0, zkpass.ProblemQuery, err.Error())
	var compile *query.CompileError
	if errors.As(err, &compile) {
		p.Statement = compile.Pos
	}
	return p
}

package reference

import "errors"

// A Document is a payload and how paths start in it.
type Document struct {
	Payload string
	JWT     bool
}

// Kind is what becomes of a query.
type Kind string

// The kinds of outcomes.
const (
	Result      Kind = "output"
	Compile     Kind = "compile error"
	Malformed   Kind = "malformed document"
	Evaluation  Kind = "evaluation error"
	Undisclosed Kind = "undisclosed member" // an evaluation error too
)

// An Outcome is what the specification says of a query over documents.
type Outcome struct {
	Kind   Kind
	Output string // JSON text, for Result
	Pos    string // for errors of evaluation: the statement, without its name
	Path   string // the path that an error of evaluation is about, as written, if there is just one
	Why    string // for errors
}

// ErrTooManyWays is returned for queries with more ways than this package
// writes out.
var ErrTooManyWays = errors.New("too many ways through the query")

// fault is an outcome on its way up the stack.
type fault Outcome

func compileFault(why string) fault { return fault{Kind: Compile, Why: why} }

func evalFault(path, why string) fault { return fault{Kind: Evaluation, Path: path, Why: why} }

// catch turns a fault into its outcome.
func catch(f func() Outcome) (out Outcome, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fault:
			out = Outcome(r)
		case tooManyWays:
			err = ErrTooManyWays
		default:
			panic(r)
		}
	}()
	return f(), nil
}

// Check tells whether a query compiles for documents with some tags: the outcome
// is the zero one or a compile error.
func Check(query string, tags []string) (Outcome, error) {
	return catch(func() Outcome {
		newProgram(query, tags)
		return Outcome{}
	})
}

// Run evaluates a query over documents at a time in Unix seconds.
func Run(query string, docs map[string]Document, now int64) (Outcome, error) {
	return catch(func() Outcome {
		var tags []string
		for tag := range docs {
			tags = append(tags, tag)
		}
		p := newProgram(query, tags)
		return Outcome{Kind: Result, Output: p.run(docs, now)}
	})
}

// Package calls is the boundary between zkPass and a program in another language that
// runs it inside itself: calls by name with JSON as arguments and results. It is what
// the WebAssembly of the npm package answers; it knows nothing of JavaScript.
//
// A call that fails has a [zkpass.Problem] with a code to branch on. Whatever the
// arguments are, a call ends with a result or a problem.
package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
)

// A Host is the program around.
type Host interface {
	// Ask has the host answer a question, for instance fetch a key set. What it cannot
	// answer is a [*zkpass.Problem].
	Ask(ctx context.Context, question string, args any) (json.RawMessage, error)
	// Progress tells how far a proof is.
	Progress(step string, done, total int)
}

// maxArguments bounds the text of a call's arguments: a proof token, a request, key
// sets and JSON around them.
const maxArguments = 2*zkpass.MaxProofToken + 4*zkpass.MaxDVRToken

// call is the work of a call whose arguments have been read.
type call func(ctx context.Context, host Host, args []byte) (any, error)

var named = map[string]call{
	"answer":  answerCall,
	"create":  createCall,
	"explain": explainCall,
	"prove":   proveCall,
	"read":    readCall,
	"seal":    sealCall,
	"verify":  verifyCall,
}

// Do makes a call and returns its result as JSON.
func Do(ctx context.Context, host Host, name string, args []byte) (json.RawMessage, *zkpass.Problem) {
	do := named[name]
	if do == nil {
		return nil, zkpass.NewProblem(0, zkpass.ProblemMalformed, fmt.Sprintf("there is no call %.40q", name))
	}
	if len(args) > maxArguments {
		return nil, zkpass.NewProblem(0, zkpass.ProblemTooLarge, fmt.Sprintf("the arguments have %d bytes, at most %d are accepted", len(args), maxArguments))
	}
	result, err := do(ctx, host, args)
	if err != nil {
		return nil, problem(err)
	}
	text, err := encode(result)
	if err != nil {
		return nil, zkpass.NewProblem(0, zkpass.ProblemInternal, "the result cannot be encoded")
	}
	return text, nil
}

// problem says what an error is to the host. An error that is no problem already is one
// of arguments.
func problem(err error) *zkpass.Problem {
	var p *zkpass.Problem
	if errors.As(err, &p) {
		return p
	}
	code := zkpass.ProblemMalformed
	if errors.Is(err, zkpass.ErrTooLarge) {
		code = zkpass.ProblemTooLarge
	}
	return zkpass.NewProblem(0, code, err.Error())
}

//go:build js && wasm

// Command wasm is zkPass as the npm package runs it: WebAssembly in a worker that
// answers the calls of package calls. It is built by make js, and by the demonstration in
// examples/shopsphere for its own pages, and is no program of its
// own. The worker gives it, as the global zkpassHost, four functions of texts:
//
//	ready(call)                call(id, name, args) begins a call
//	settle(id, result, problem) one of the two is empty
//	ask(id, question, args)    a promise of {value} or {problem}
//	progress(id, step, done, total)
package main

import (
	"context"
	"encoding/json"
	"syscall/js"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/js/calls"
)

func main() {
	port := js.Global().Get("zkpassHost")
	call := js.FuncOf(func(_ js.Value, args []js.Value) any {
		h := host{port: port, id: args[0].Int()}
		go h.answer(args[1].String(), args[2].String())
		return nil
	})
	port.Call("ready", call)
	select {}
}

// host is the worker, for one call.
type host struct {
	port js.Value
	id   int
}

func (h host) answer(name, args string) {
	result, problem := calls.Do(context.Background(), h, name, []byte(args))
	if problem == nil {
		h.port.Call("settle", h.id, string(result), "")
		return
	}
	text, err := json.Marshal(problem)
	if err != nil {
		panic(err)
	}
	h.port.Call("settle", h.id, "", string(text))
}

// Progress implements [calls.Host].
func (h host) Progress(step string, done, total int) {
	h.port.Call("progress", h.id, step, done, total)
}

// Ask implements [calls.Host].
func (h host) Ask(_ context.Context, question string, args any) (json.RawMessage, error) {
	text, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	answers := make(chan js.Value, 1)
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		answers <- args[0]
		return nil
	})
	defer then.Release()
	// The promise is never rejected: see the worker.
	h.port.Call("ask", h.id, question, string(text)).Call("then", then)
	answer := <-answers
	if value := answer.Get("value"); value.Type() == js.TypeString {
		return json.RawMessage(value.String()), nil
	}
	problem := new(zkpass.Problem)
	if err := json.Unmarshal([]byte(answer.Get("problem").String()), problem); err != nil {
		problem = zkpass.NewProblem(0, zkpass.ProblemInternal, "the host's answer cannot be read")
	}
	return nil, problem
}

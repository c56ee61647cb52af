package calls

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
)

type proveArgs struct {
	Request string            `json:"request"`
	Tokens  map[string]string `json:"tokens"`
	DVRKey  json.RawMessage   `json:"dvrKey"`
	Now     *int64            `json:"now"`
	KeySets bool              `json:"keySets"`
}

type proveResult struct {
	Proof string `json:"proof"`
}

func proveCall(ctx context.Context, host Host, args []byte) (any, error) {
	var a proveArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	opts := local.Options{Resolver: resolver(host, a.KeySets), Progress: host.Progress}
	var err error
	if opts.Now, err = clock(a.Now); err != nil {
		return nil, err
	}
	if opts.DVRKey, err = publicKey("dvrKey", a.DVRKey); err != nil {
		return nil, err
	}
	result, err := local.Prove(ctx, a.Request, a.Tokens, opts)
	if err != nil {
		return nil, proving(err)
	}
	return &proveResult{string(result.Token)}, nil
}

// proving says where in the query an error is.
func proving(err error) *zkpass.Problem {
	p := zkpass.NewProblem(0, local.Code(err), err.Error())
	var eval *query.EvalError
	var compile *query.CompileError
	switch {
	case errors.As(err, &eval):
		p.Statement, p.Path = eval.Pos, eval.Path
	case errors.As(err, &compile):
		p.Statement = compile.Pos
	}
	return p
}

package app

import (
	"context"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
)

// Progress is where a proof stands.
type Progress struct {
	Step     string  // what is being done, for people
	Fraction float64 // 0 to 1
	Ahead    int     // how many proofs are made before it
}

// Prover makes proofs.
type Prover interface {
	// Prove answers a request about an ID token with a proof token. It calls progress
	// from time to time, not from several goroutines at once.
	Prove(ctx context.Context, dvrToken, idToken string, progress func(Progress)) (string, error)
}

// ownProver proves in the app's own process.
type ownProver struct {
	resolver zkpass.KeyResolver
	turn     chan struct{} // one proof uses all processors; others wait
}

func newOwnProver(resolver zkpass.KeyResolver) *ownProver {
	return &ownProver{resolver: resolver, turn: make(chan struct{}, 1)}
}

func (p *ownProver) Prove(ctx context.Context, dvrToken, idToken string, progress func(Progress)) (string, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	default:
		progress(Progress{Step: "waiting for another proof to finish", Ahead: 1})
		select {
		case p.turn <- struct{}{}:
			defer func() { <-p.turn }()
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	result, err := local.Prove(ctx, dvrToken, map[string]string{"": idToken}, local.Options{
		Resolver: p.resolver,
		Progress: func(step string, done, total int) {
			progress(Progress{Step: step, Fraction: float64(done) / float64(max(total, 1))})
		},
	})
	if err != nil {
		return "", err
	}
	return string(result.Token), nil
}

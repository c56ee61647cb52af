package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/service/job"
)

// prove makes the proof token of a job that is opened and has its keys.
func (w *Worker) prove(ctx context.Context, a *assignment) (string, error) {
	if a.failed != nil {
		return "", a.failed
	}
	// A query that does not compile is found out below, and needs no memory.
	program, _ := statement.Compile(&a.request.DVR)
	need, release, err := w.memory.acquire(ctx, program, a.task.UserData)
	if err != nil {
		return "", err
	}
	defer release()
	a.task.Memory = need
	// Only now: what waits for the memory that others use has not begun.
	ctx, cancel := context.WithTimeout(ctx, w.config.Deadline)
	defer cancel()
	proof, took, err := w.compute(ctx, a)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "", errDeadline
	}
	if err != nil {
		return "", err
	}
	if proof.ZKVM != a.request.DVR.ZKVM || proof.DVRID != a.request.DVR.ID || proof.DVRDigest != a.request.DVR.Digest() {
		return "", fmt.Errorf("%w: a proof of another request", errInternal)
	}
	w.metrics.seconds.Observe(took.Seconds())
	token, err := zkpass.SignProof(proof, w.config.Keys.Signing())
	if err != nil {
		return "", fmt.Errorf("%w: signing: %w", errInternal, err)
	}
	return token, nil
}

// compute has a prover make the proof or, where there are none, makes it here.
func (w *Worker) compute(ctx context.Context, a *assignment) (*zkpass.Proof, time.Duration, error) {
	if w.pool == nil {
		defer w.cores.enter(libzk.LimitCores)()
		return a.task.prove(ctx, a.claim.Progress)
	}
	if w.config.Now != nil {
		a.task.Now = w.config.Now()
	}
	prover, err := w.pool.get(a.claim.Owner())
	if err != nil {
		return nil, 0, err
	}
	leave := w.cores.enter(func(n int) { _ = prover.send(order{Cores: n}) })
	r, err := prover.prove(ctx, a.task, a.claim.Progress)
	leave()
	if err != nil {
		w.pool.drop(prover)
		return nil, 0, err
	}
	w.pool.put(prover, a.claim.Owner())
	if r.Problem != nil {
		return nil, 0, &problemError{r.Problem, r.Kind}
	}
	return r.Proof, r.Took, nil
}

// problemError is a problem that a prover has found.
type problemError struct {
	*zkpass.Problem
	kind string
}

// decrypt opens one JWE. All failures are one error, also a key that is not here:
// front ends accept none that workers do not have.
func (w *Worker) decrypt(token string) (string, error) {
	kid, err := zkpass.JWEKeyID(token)
	if err != nil {
		return "", zkpass.ErrDecrypt
	}
	key, err := w.config.Keys.Decryption(kid)
	if err != nil {
		return "", zkpass.ErrDecrypt
	}
	data, err := zkpass.DecryptJWEToken(key, token)
	if err != nil {
		return "", zkpass.ErrDecrypt
	}
	return data, nil
}

// unseal opens the id of a job.
func (w *Worker) unseal(sealed string) (job.ID, error) {
	text, err := w.decrypt(sealed)
	if err != nil {
		return "", err
	}
	return job.ParseID(text)
}

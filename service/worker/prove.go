package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/zkvm"
)

// prove makes the proof token of a job that is opened and has its keys.
func (w *Worker) prove(ctx context.Context, a *assignment) (string, error) {
	if a.failed != nil {
		return "", a.failed
	}
	proof, took, err := w.compute(ctx, a)
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
		return w.computeHere(ctx, a)
	}
	if w.config.Now != nil {
		a.task.Now = w.config.Now()
	}
	prover, err := w.pool.get(a.claim.Owner())
	if err != nil {
		return nil, 0, err
	}
	r, ready, err := w.computeWith(ctx, prover, a)
	if ready {
		w.pool.put(prover, a.claim.Owner())
	} else {
		w.pool.drop(prover)
	}
	if err != nil {
		return nil, 0, err
	}
	if r.Problem != nil {
		return nil, 0, &problemError{r.Problem, r.Kind}
	}
	return r.Proof, r.Took, nil
}

// computeWith has a prover say how much memory the proof needs, waits until there is so
// much, and has the proof made. Only then the deadline runs: what waits for the memory
// that others use has not begun. ready tells that the prover can do another job.
func (w *Worker) computeWith(ctx context.Context, prover *child, a *assignment) (r *result, ready bool, err error) {
	measuring, cancel := context.WithTimeout(ctx, w.config.Deadline)
	defer cancel()
	if r, err = prover.measure(measuring, a.task); err != nil {
		return nil, false, late(measuring, err)
	}
	if r.Problem != nil {
		return r, true, nil
	}
	a.task.Memory = need(*r.Load)
	release, err := w.memory.acquire(ctx, a.task.Memory)
	if err != nil {
		return nil, true, err
	}
	defer release()
	proving, cancel := context.WithTimeout(ctx, w.config.Deadline)
	defer cancel()
	defer w.cores.enter(&prover.cores)()
	if r, err = prover.prove(proving, a.task, a.claim.Progress); err != nil {
		return nil, false, late(proving, err)
	}
	if r.Proof == nil && errors.Is(proving.Err(), context.DeadlineExceeded) {
		return nil, true, errDeadline
	}
	return r, true, nil
}

// late is errDeadline instead of an error if the time of a job is over.
func late(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errDeadline
	}
	return err
}

// computeHere makes the proof in this process.
func (w *Worker) computeHere(ctx context.Context, a *assignment) (*zkpass.Proof, time.Duration, error) {
	load, err := a.task.load()
	if errors.Is(err, zkvm.ErrTooLarge) {
		return nil, 0, err
	}
	release, err := w.memory.acquire(ctx, need(load))
	if err != nil {
		return nil, 0, err
	}
	defer release()
	ctx, cancel := context.WithTimeout(ctx, w.config.Deadline)
	defer cancel()
	defer w.cores.enter(&sharing{limit: libzk.LimitCores})()
	proof, took, err := a.task.prove(ctx, a.claim.Progress)
	return proof, took, late(ctx, err)
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

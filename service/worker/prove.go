package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/service/job"
)

// prove makes the proof token of a job. What is decrypted lives in this call.
func (w *Worker) prove(ctx context.Context, claim *job.Claim) (string, error) {
	input := claim.Input()
	claim.Progress("decrypting", 0)
	// Both, whatever becomes of the first: so it takes as long which one is wrong.
	userData, wrongData := w.decrypt(input.UserDataToken)
	dvrToken, wrongDVR := w.decrypt(input.DVRToken)
	if err := cmp.Or(wrongData, wrongDVR); err != nil {
		return "", err
	}
	if err := zkpass.CheckBinding(input.UserDataToken, dvrToken); err != nil {
		return "", err
	}
	tokens, err := zkpass.ParseUserData(userData)
	if err != nil {
		return "", err
	}
	request, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		return "", err
	}
	// A query that does not compile is found out below, and needs no memory.
	program, _ := statement.Compile(&request.DVR)
	release, err := w.memory.acquire(ctx, program, tokens)
	if err != nil {
		return "", err
	}
	defer release()
	w.cores.enter()
	defer w.cores.leave()
	// Only now: what waits for the memory that others use has not begun.
	ctx, cancel := context.WithTimeout(ctx, w.config.Deadline)
	defer cancel()
	result, err := local.ProveRequest(ctx, request, tokens, local.Options{
		Now: w.config.Now, Resolver: w.config.Resolver,
		Progress: func(step string, done, total int) { claim.Progress(step, float64(done)/float64(max(total, 1))) },
	})
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "", errDeadline
	}
	if err != nil {
		return "", about(&request.DVR, err)
	}
	w.metrics.seconds.Observe(result.Duration.Seconds())
	token, err := zkpass.SignProof(result.Proof, w.config.Keys.Signing())
	if err != nil {
		return "", fmt.Errorf("%w: signing: %w", errInternal, err)
	}
	return token, nil
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

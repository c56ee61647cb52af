package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go"

	"github.com/zkpass-go/zkpass/service/front"
)

// evidence makes the JSON text of attestation evidence over a nonce, or returns
// [front.ErrNoAttestation].
type evidence = func(ctx context.Context, nonce []byte) ([]byte, error)

// evidenceSubject is where front ends ask workers for evidence: it is they who
// hold the keys. An answer is 'e' and the evidence, or 'n' if there is none, or
// 'x' if it failed.
const (
	evidenceSubject = "zkpass.attestation"
	evidenceQueue   = "workers"
)

// askForEvidence asks any worker.
func askForEvidence(conn *nats.Conn) evidence {
	return func(ctx context.Context, nonce []byte) ([]byte, error) {
		answer, err := conn.RequestWithContext(ctx, evidenceSubject, nonce)
		if err != nil {
			return nil, fmt.Errorf("asking a worker for evidence: %w", err)
		}
		switch {
		case len(answer.Data) > 1 && answer.Data[0] == 'e':
			return answer.Data[1:], nil
		case len(answer.Data) == 1 && answer.Data[0] == 'n':
			return nil, front.ErrNoAttestation
		}
		return nil, errors.New("asking a worker for evidence: it has failed")
	}
}

// answerForEvidence answers front ends until ctx ends.
func answerForEvidence(ctx context.Context, conn *nats.Conn, attest evidence, logger *slog.Logger) error {
	subscription, err := conn.QueueSubscribe(evidenceSubject, evidenceQueue, func(request *nats.Msg) {
		text, err := []byte(nil), front.ErrNoAttestation
		if attest != nil {
			text, err = attest(ctx, request.Data)
		}
		answer := append([]byte{'e'}, text...)
		switch {
		case errors.Is(err, front.ErrNoAttestation):
			answer = []byte{'n'}
		case err != nil:
			logger.Error("making evidence failed", "error", err)
			answer = []byte{'x'}
		}
		if err := request.Respond(answer); err != nil {
			logger.Warn("answering with evidence failed", "error", err)
		}
	})
	if err != nil {
		return fmt.Errorf("answering for evidence: %w", err)
	}
	<-ctx.Done()
	return subscription.Unsubscribe()
}

package worker

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/service/job"
)

// assignment is a job on its way through a worker.
type assignment struct {
	claim   *job.Claim
	start   time.Time
	id      job.ID
	request *zkpass.DVRToken
	task    *task
	failed  error // what ends it before it is proven
}

// open decrypts and parses what was submitted. It takes milliseconds.
func (w *Worker) open(a *assignment) error {
	input := a.claim.Input()
	a.claim.Progress("decrypting", 0)
	// Both, whatever becomes of the first: so it takes as long which one is wrong.
	userData, wrongData := w.decrypt(input.UserDataToken)
	dvrToken, wrongDVR := w.decrypt(input.DVRToken)
	if err := cmp.Or(wrongData, wrongDVR); err != nil {
		return err
	}
	if err := zkpass.CheckBinding(input.UserDataToken, dvrToken); err != nil {
		return err
	}
	tokens, err := zkpass.ParseUserData(userData)
	if err != nil {
		return err
	}
	if a.request, err = zkpass.ParseDVRToken(dvrToken); err != nil {
		return err
	}
	named, err := zkpass.JWEFamily(input.DVRToken)
	if err != nil {
		return err
	}
	if named != "" && named != a.request.DVR.ZKVM {
		return fmt.Errorf("%w: the encrypted request names another zkvm than it asks for", zkpass.ErrMalformed)
	}
	a.task = &task{DVR: dvrToken, UserData: tokens, clock: w.config.Now}
	return nil
}

// names reports whether a request names keys by the URL of a key set.
func names(dvr *zkpass.DVR) bool {
	if dvr.VerifyingKey != nil && dvr.VerifyingKey.KeysetEndpoint != nil {
		return true
	}
	for _, r := range dvr.Requests {
		if r.VerifyingKey.KeysetEndpoint != nil {
			return true
		}
	}
	return false
}

// fetchTime is how long the keys of one request may take.
const fetchTime = 30 * time.Second

// fetch gets the keys that a request names, once it is known to be good as far as that
// can be told without them. The prover has no network.
func (w *Worker) fetch(ctx context.Context, a *assignment) error {
	limited, cancel := context.WithTimeout(ctx, min(fetchTime, w.config.Deadline))
	defer cancel()
	err := w.fetchAll(limited, a)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: not in time", zkpass.ErrFetch)
	}
	return err
}

func (w *Worker) fetchAll(ctx context.Context, a *assignment) error {
	a.claim.Progress("fetching keys", 0)
	keep := &keeper{from: w.hosts}
	key, err := a.request.Key(ctx, keep, nil)
	if err != nil {
		return err
	}
	if err := a.request.Verify(key); err != nil {
		return err
	}
	now := time.Now
	if w.config.Now != nil {
		now = w.config.Now
	}
	if err := a.request.CheckTime(now()); err != nil {
		return err
	}
	if _, err := statement.Compile(&a.request.DVR); err != nil {
		return err
	}
	algorithms := make(map[string]zkpass.Algorithm, len(a.task.UserData))
	for tag, text := range a.task.UserData {
		token, err := zkpass.ParseUserDataToken(text)
		if err != nil {
			return fmt.Errorf("%s: %w", statement.Name(tag), err)
		}
		algorithms[tag] = token.Header.Algorithm
	}
	if _, err := a.request.DVR.ResolveKeys(ctx, keep, algorithms); err != nil {
		return err
	}
	a.task.Keys = keep.keys
	return nil
}

// keeper keeps the keys that it is asked for.
type keeper struct {
	from zkpass.KeyResolver
	keys []namedKey
}

// ResolveKey implements [zkpass.KeyResolver].
func (k *keeper) ResolveKey(ctx context.Context, jku, kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	key, err := k.from.ResolveKey(ctx, jku, kid, alg)
	if err != nil {
		return nil, err
	}
	set, err := zkpass.NewKeySet(key)
	if err != nil {
		return nil, err
	}
	text, err := set.MarshalJSON()
	if err != nil {
		return nil, err
	}
	k.keys = append(k.keys, namedKey{jku, kid, alg, text})
	return key, nil
}

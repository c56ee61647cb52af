package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// progressInterval is the least time between two reports of one claim.
const progressInterval = 250 * time.Millisecond

// maxStep bounds what a report says, in bytes.
const maxStep = 64

// Claim is a job in the hands of a worker. Its methods may be called by many
// goroutines at once.
type Claim struct {
	q      *Queue
	task   *task
	key    string
	name   string // of this claim, in the record
	record record
	// base is the revision that the claim was made on, revision the one it made.
	base, revision uint64

	ctx    context.Context
	cancel context.CancelCauseFunc

	mu   sync.Mutex // guards the two below
	last report
	over bool

	reported chan struct{}
	ending   sync.Mutex // held by Finish and Return
}

func (q *Queue) newClaim(key string, rec record) *Claim {
	c := &Claim{q: q, key: key, name: randomName(), record: rec, reported: make(chan struct{}, 1)}
	c.record.State, c.record.Claim, c.record.Delay = Proving, c.name, 0
	c.record.Attempts++
	c.last.Claim = c.name
	c.ctx, c.cancel = context.WithCancelCause(context.Background())
	return c
}

// Context ends when the job is deleted by its owner or lost to another worker,
// with [ErrLost] as its cause, and after Finish and Return.
func (c *Claim) Context() context.Context { return c.ctx }

// Input is what was submitted.
func (c *Claim) Input() Input { return c.task.Input }

// SealedID is the id of the job as a JWE to Submission.SealTo.
func (c *Claim) SealedID() string { return c.task.SealedID }

// Attempt counts the workers that took the job: 1 for the first. Those that
// returned it do not count.
func (c *Claim) Attempt() int { return c.record.Attempts }

// Exhausted reports whether as many workers as may be, Config.MaxAttempts, were
// lost with the job. The worker must not try it again, which may be what killed
// them, but finish it with [zkpass.ProblemNotProven]. The queue cannot do that:
// only a worker learns the id under which the outcome is sealed.
func (c *Claim) Exhausted() bool { return c.record.Attempts > c.q.config.MaxAttempts }

// Crashed reports whether as many proving processes as may be, [MaxCrashes], died of
// the job. It is to be finished like one that is Exhausted.
func (c *Claim) Crashed() bool { return c.record.Crashes >= MaxCrashes }

// Owner names who submitted the job, hashed.
func (c *Claim) Owner() string { return c.record.Owner }

// Accepted is when the job was accepted.
func (c *Claim) Accepted() time.Time { return c.record.Accepted }

// Progress tells what is being done, in words for people that hold nothing of the
// user's data, and how much of the job is done, 0 to 1. It costs little and may be
// called often; owners get some four a second.
func (c *Claim) Progress(step string, fraction float64) {
	if math.IsNaN(fraction) {
		fraction = 0
	}
	c.mu.Lock()
	c.last.Step = strings.ToValidUTF8(step[:min(len(step), maxStep)], "")
	c.last.Progress = min(max(fraction, 0), 1)
	c.mu.Unlock()
	select {
	case c.reported <- struct{}{}:
	default:
	}
}

// keep keeps the claim alive until its context ends.
func (c *Claim) keep() {
	beat := time.NewTicker(c.q.config.AckWait / 4)
	defer beat.Stop()
	reported := c.reported
	var rested <-chan time.Time
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.q.ctx.Done():
			c.lose()
			return
		case <-beat.C:
			c.report()
		case <-reported:
			c.report()
			reported, rested = nil, time.After(progressInterval)
		case <-rested:
			reported, rested = c.reported, nil
		}
	}
}

func (c *Claim) report() {
	c.mu.Lock()
	text, err := json.Marshal(c.last)
	c.mu.Unlock()
	if err == nil {
		c.q.config.Conn.Publish(progressSubject+c.key, text)
	}
}

// lose ends the claim.
func (c *Claim) lose() { c.cancel(ErrLost) }

// end marks the claim as over and stops hearing of it.
func (c *Claim) end() {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.q.index.unhold(c)
	c.lose()
}

func (c *Claim) lost() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over || c.ctx.Err() != nil
}

// Finish ends the job with an outcome: it stores that, sealed under the id, then
// the state that leads to it, and lets go of the input. The first outcome of a job
// is the only one. Errors are [ErrLost], without effect, and [ErrUnavailable];
// after that the claim lives on, and Finish may be called again.
func (c *Claim) Finish(ctx context.Context, id ID, outcome Outcome) error {
	c.ending.Lock()
	defer c.ending.Unlock()
	if err := c.finish(ctx, id, outcome); err != nil {
		return fmt.Errorf("finishing a job: %w", err)
	}
	return nil
}

func (c *Claim) finish(ctx context.Context, id ID, outcome Outcome) error {
	if err := outcome.check(); err != nil {
		return err
	}
	if id.key() != c.key {
		return errors.New("the id is of another job")
	}
	if c.lost() {
		return ErrLost
	}
	sealed, err := sealOutcome(id, outcome)
	if err != nil {
		return err
	}
	q := c.q
	after := c.record
	if after.Upload, after.Parts, err = q.store.upload(ctx, c.key, sealed); err != nil {
		return err
	}
	after.Size = int64(len(sealed))
	after.State, after.Ended = outcome.state(), time.Now().UTC().Truncate(time.Millisecond)
	revision, err := c.write(ctx, after, q.config.ResultTTL)
	if errors.Is(err, errStale) {
		return c.overtaken(ctx, after.Upload)
	}
	if err != nil {
		return err
	}
	c.ended(ctx, after, revision)
	return nil
}

// write writes the record, if the claim still has the job; else it fails with
// errStale.
func (c *Claim) write(ctx context.Context, after record, ttl time.Duration) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*operationTimeout)
	defer cancel()
	for {
		revision, err := c.q.store.putRecord(ctx, c.key, after, c.revision, ttl)
		if !errors.Is(err, errStale) {
			return revision, err
		}
		_, now, err := c.q.store.record(ctx, c.key)
		if err != nil {
			return 0, err
		}
		if now != c.revision {
			return 0, errStale
		}
		if !pause(ctx, settling) {
			return 0, unavailable("writing the record", ctx.Err())
		}
	}
}

// overtaken looks at who wrote the record before Finish could.
func (c *Claim) overtaken(ctx context.Context, upload string) error {
	rec, revision, err := c.q.store.record(ctx, c.key)
	if err != nil {
		return err
	}
	if err := c.q.store.discard(ctx, c.key, upload); err != nil {
		c.q.config.Logger.Warn("an outcome that came too late stays until it expires", "error", err)
	}
	if rec != nil && rec.Claim == c.name && rec.State.Ended() {
		// This claim did, in a call of Finish that got no answer.
		c.ended(ctx, *rec, revision)
		return nil
	}
	c.end()
	return ErrLost
}

// ended lets go of a job whose outcome is stored.
func (c *Claim) ended(ctx context.Context, after record, revision uint64) {
	q := c.q
	q.index.learn(c.key, &after, revision)
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	if err := q.store.dropInput(ctx, c.key); err != nil {
		q.leftover(c.key, q.store.dropInput)
		q.config.Logger.Warn("the input of an ended job stays a while", "error", err)
	}
	q.metrics.end(after.State)
	q.metrics.took(after.Accepted)
	c.end()
}

// Return hands the job back, for any worker to take after a delay: at a graceful
// stop, or if the trouble is this worker's. It does not count as an attempt. The
// error may be [ErrLost], or [ErrUnavailable]: then the job is taken after AckWait.
func (c *Claim) Return(delay time.Duration) error {
	return c.hand(func(r *record) { r.Delay = delay })
}

// ReturnFor is Return for a job of a family that this worker does not prove: only
// workers that do take it.
func (c *Claim) ReturnFor(family string) error {
	return c.hand(func(r *record) { r.Family = family })
}

// ReturnCrashed is Return after a process that proved it died. Two of these end the
// job: see [Claim.Crashed].
func (c *Claim) ReturnCrashed(delay time.Duration) error {
	return c.hand(func(r *record) { r.Delay = delay; r.Crashes++ })
}

func (c *Claim) hand(change func(*record)) error {
	c.ending.Lock()
	defer c.ending.Unlock()
	if c.lost() {
		return fmt.Errorf("returning a job: %w", ErrLost)
	}
	if err := c.giveBack(change); err != nil {
		return fmt.Errorf("returning a job: %w", err)
	}
	return nil
}

func (c *Claim) giveBack(change func(*record)) error {
	ctx, cancel := context.WithTimeout(context.Background(), operationTimeout)
	defer cancel()
	c.end()
	before := c.record
	before.State, before.Claim = Queued, ""
	before.Attempts--
	change(&before)
	revision, err := c.write(ctx, before, 0)
	if errors.Is(err, errStale) {
		return ErrLost
	}
	if err != nil {
		return err
	}
	c.q.index.learn(c.key, &before, revision)
	return nil
}

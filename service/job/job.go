// Package job keeps the jobs of a proving service: a crash-safe queue from front
// ends to workers, the state of each job while it lives, and its outcome until it
// is fetched, deleted or too old. It stores them in NATS JetStream, embedded in
// the process or on a cluster, and is the same on both.
//
// What it stores tells nothing of users: inputs are JWE that only workers can
// decrypt; outcomes are sealed under the id of the job, which only its owner and,
// while it proves, a worker know; records are filed under a hash of that id.
//
// It decrypts no inputs, proves nothing and speaks no HTTP.
package job

import (
	"errors"
	"time"

	"github.com/zkpass-go/zkpass"
)

// State is where a job stands. It only moves forward, but for Proving back to
// Queued when a worker was lost.
type State string

const (
	Queued  State = "queued"
	Proving State = "proving"
	Done    State = "done"   // there is an outcome with a proof
	Failed  State = "failed" // there is an outcome with a problem
)

// Ended reports whether there is an outcome.
func (s State) Ended() bool { return s == Done || s == Failed }

var (
	// ErrUnknown means that there is no such job of this owner: never was, deleted,
	// or too old. It does not tell which.
	ErrUnknown = errors.New("no such job")
	// ErrFull means that the queue holds as many jobs as it may.
	ErrFull = errors.New("the queue is full")
	// ErrTooMany means that the owner has as many unfinished jobs as it may.
	ErrTooMany = errors.New("too many jobs at once")
	// ErrConflict means that the idempotency key came with another input before.
	ErrConflict = errors.New("the idempotency key was used with another input")
	// ErrGone means that the job of this idempotency key was deleted or is too old.
	ErrGone = errors.New("the job of this idempotency key is gone")
	// ErrUnavailable means that the store cannot be reached or does not answer in
	// time. Whether a submission was stored is then unknown; it was not accepted.
	ErrUnavailable = errors.New("the job store is not available")
	// ErrLost means that a claim is no longer this worker's: the job was cancelled,
	// or took so long without a sign of life that another worker has it.
	ErrLost = errors.New("the job is no longer claimed")
)

// Input is what a holder's app sends: two JWE, which are stored as they came.
type Input struct {
	UserDataToken string `json:"user_data_token"`
	DVRToken      string `json:"dvr_token"`
}

// Outcome is how a job ended: exactly one of the two.
type Outcome struct {
	Token   string          `json:"token,omitempty"` // the proof token
	Problem *zkpass.Problem `json:"problem,omitempty"`
}

// Status is what the owner of a job may know.
type Status struct {
	State    State
	Step     string   // what is being done while Proving, for people
	Progress float64  // 0 to 1
	Ahead    int      // how many jobs are before it while Queued, roughly
	Outcome  *Outcome // once ended
	Accepted time.Time
	Ended    time.Time // zero until then
}

package front

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

const statusPath = "/api/status/"

// finished is the answer with a proof. Both members hold the same token: clients
// of the first generation read output, others proof.
type finished struct {
	Status int    `json:"status"`
	Proof  string `json:"proof"`
	Output string `json:"output"`
}

// accepted is the answer while a job is queued or being proven.
type accepted struct {
	Status         int       `json:"status"`
	QueueStatusURL string    `json:"queue_status_url"`
	State          job.State `json:"state"`
	Step           string    `json:"step,omitempty"`
	Progress       *float64  `json:"progress,omitempty"` // while proving
	Ahead          *int      `json:"ahead,omitempty"`    // while queued
}

// getStatus says how a job stands, after waiting for its end if asked to.
func (h *Handler) getStatus(x *exchange) {
	leave := x.enterJob()
	if leave == nil {
		return
	}
	defer leave()
	wait, err := parseWait(x.r.URL, 0)
	if err != nil {
		x.malformed(err.Error())
		return
	}
	id, err := job.ParseID(x.param)
	if err != nil {
		x.noSuchJob()
		return
	}
	status, err := x.status(id, wait)
	if err != nil {
		x.noStatus("reading the status of a job", err)
		return
	}
	x.sendStatus(id, status)
}

// deleteStatus cancels a job that has not ended, and forgets it with its outcome.
func (h *Handler) deleteStatus(x *exchange) {
	leave := x.enterJob()
	if leave == nil {
		return
	}
	defer leave()
	if _, err := parseQuery(x.r.URL); err != nil {
		x.malformed(err.Error())
		return
	}
	id, err := job.ParseID(x.param)
	if err != nil {
		x.noSuchJob()
		return
	}
	if err := x.jobs.Delete(x.r.Context(), x.key.Key, id); err != nil {
		x.noStatus("deleting a job", err)
		return
	}
	x.w.WriteHeader(http.StatusNoContent)
}

// enterJob admits a request about a job. No scope is asked for: only the key that
// made the job finds it. If it returns nil, it has answered.
func (x *exchange) enterJob() (leave func()) {
	if !x.authenticate() {
		return nil
	}
	return x.enter()
}

// status returns how a job of the caller stands when it has ended, or after the
// wait at the latest. Stop ends all waits.
func (x *exchange) status(id job.ID, wait time.Duration) (*job.Status, error) {
	if wait > 0 && x.stopping.Err() == nil {
		ctx, cancel := context.WithTimeout(x.r.Context(), wait)
		defer cancel()
		defer context.AfterFunc(x.stopping, cancel)()
		status, err := x.jobs.Wait(ctx, x.key.Key, id, nil)
		if err == nil || ctx.Err() == nil || x.clientGone() {
			return status, err
		}
	}
	return x.jobs.Status(x.r.Context(), x.key.Key, id)
}

func (x *exchange) noSuchJob() {
	x.refuse(http.StatusNotFound, zkpass.ProblemNotFound, "no such job of this API key: there never was, it was deleted, or its result has expired")
}

func (x *exchange) noStatus(doing string, err error) {
	switch {
	case errors.Is(err, job.ErrUnknown):
		x.noSuchJob()
	case x.clientGone():
		x.gone()
	default:
		x.broken(doing, err)
	}
}

// sendStatus answers how a job stands. Location is given with every answer, so
// that a client can delete what it was answered at once.
func (x *exchange) sendStatus(id job.ID, status *job.Status) {
	if x.clientGone() {
		x.gone()
		return
	}
	x.state = status.State
	url := statusPath + string(id)
	x.w.Header().Set("Location", url)
	if !status.State.Ended() {
		x.sendAccepted(url, status)
		return
	}
	switch outcome := status.Outcome; {
	case outcome != nil && outcome.Problem != nil:
		x.problem(outcome.Problem)
	case outcome != nil && outcome.Token != "":
		x.sendJSON(http.StatusOK, finished{Status: http.StatusOK, Proof: outcome.Token, Output: outcome.Token})
	default:
		x.logError("reading the status of a job", errors.New("an ended job without an outcome"))
		x.internal()
	}
}

func (x *exchange) sendAccepted(url string, status *job.Status) {
	answer := accepted{Status: http.StatusAccepted, QueueStatusURL: url, State: status.State}
	again := time.Second
	if status.State == job.Proving {
		progress := min(max(status.Progress, 0), 1)
		if math.IsNaN(progress) {
			progress = 0
		}
		answer.Step, answer.Progress = status.Step, &progress
	} else {
		ahead := max(status.Ahead, 0)
		answer.Ahead = &ahead
		again = min(time.Duration(1+ahead/10)*time.Second, 30*time.Second)
	}
	x.retryAfter(again)
	x.sendJSON(http.StatusAccepted, answer)
}

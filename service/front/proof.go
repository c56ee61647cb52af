package front

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

// After how long it makes sense to try again.
const (
	retryUnavailable = 5 * time.Second // a part of the service is not there
	retryFull        = 5 * time.Second // the queue moves by one job in about a second
	retryBusy        = time.Second
	retryFamily      = 20 * time.Second // a worker is being replaced
)

// postProof accepts a job and waits for its end as long as the client asks.
func (h *Handler) postProof(x *exchange) {
	leave := x.admit(apikey.ScopeProve)
	if leave == nil {
		return
	}
	defer leave()
	id, wait, ok := x.accept()
	if !ok {
		return
	}
	status, err := x.status(id, wait)
	switch {
	case err == nil:
	case x.clientGone():
		x.gone()
		return
	case errors.Is(err, job.ErrUnknown):
		x.refuse(http.StatusGone, zkpass.ProblemGone, "the job was deleted while it was waited for")
		return
	default:
		// It is accepted, whatever cannot be reached now.
		x.logError("reading the status of a job", err)
		status = &job.Status{State: job.Queued}
	}
	x.sendStatus(id, status)
}

// accept reads a request and puts its job into the queue. If it cannot, it has
// answered.
func (x *exchange) accept() (id job.ID, wait time.Duration, ok bool) {
	done := x.beginReading()
	if done == nil {
		return "", 0, false
	}
	defer done()
	submission, wait, ok := x.submission()
	if !ok {
		return "", 0, false
	}
	id, err := x.jobs.Submit(x.r.Context(), submission)
	if err != nil {
		x.notAccepted(err)
		return "", 0, false
	}
	return id, wait, true
}

// submission reads a request for a proof. If it is wrong, it has answered.
func (x *exchange) submission() (job.Submission, time.Duration, bool) {
	none := job.Submission{}
	body, ok := x.jsonBody()
	if !ok {
		return none, 0, false
	}
	wait, err := parseWait(x.r.URL, DefaultWait)
	if err != nil {
		x.malformed(err.Error())
		return none, 0, false
	}
	idempotency, err := parseIdempotencyKey(x.r.Header)
	if err != nil {
		x.malformed(err.Error())
		return none, 0, false
	}
	input, err := parseBody(body)
	if err != nil {
		x.malformed("body: " + err.Error())
		return none, 0, false
	}
	sealTo, ok := x.checkInput(input)
	if !ok {
		return none, 0, false
	}
	family, ok := x.checkFamily(input)
	if !ok {
		return none, 0, false
	}
	return job.Submission{
		Owner: x.key.Key, Input: input, SealTo: sealTo, IdempotencyKey: idempotency, Secret: []byte(x.secret),
		Family: family, Weight: x.key.Weight, Limit: cmp.Or(x.key.Running, x.limits.Running),
	}, wait, true
}

// checkInput checks the form of two JWE and that a worker can decrypt them. It
// returns the key to seal to, or has answered.
func (x *exchange) checkInput(input job.Input) (*zkpass.PublicKey, bool) {
	var ids []string
	for _, token := range []struct{ name, text string }{
		{"user_data_token", input.UserDataToken}, {"dvr_token", input.DVRToken},
	} {
		id, err := zkpass.JWEKeyID(token.text)
		if err != nil {
			x.malformed(fmt.Sprintf("%s: %v", token.name, err))
			return nil, false
		}
		ids = append(ids, id)
	}
	published := x.keys.Published()
	if !published.Ready() {
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "no keys yet: no worker has been here")
		return nil, false
	}
	for _, id := range ids {
		if !published.Accepts(id) {
			x.refuse(http.StatusBadRequest, zkpass.ProblemUnknownKey, "encrypted to a key that the service does not have: fetch /.well-known/jwks.json again")
			return nil, false
		}
	}
	return published.Encryption, true
}

// checkFamily checks that a worker proves the family of circuits that the request is
// said to ask for, or has lately and may again: one that is being upgraded. Nothing is
// known of a request that does not say it.
func (x *exchange) checkFamily(input job.Input) (string, bool) {
	family, err := zkpass.JWEFamily(input.DVRToken)
	if err != nil || family == "" || x.known == nil {
		return family, err == nil
	}
	now, lately := x.known.Has(family)
	switch {
	case now:
		return family, true
	case lately:
		x.refuseFor(retryFamily, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "no worker that proves the request's zkvm is here at the moment; send the same request again later")
	default:
		x.refuse(http.StatusUnprocessableEntity, zkpass.ProblemUnsupported, "no worker proves the request's zkvm: its maker must make it anew for one of those that /v1/families lists")
	}
	return "", false
}

// notAccepted answers why a job is not in the queue.
func (x *exchange) notAccepted(err error) {
	switch {
	case errors.Is(err, job.ErrSpace):
		x.refuseFor(retryFull, http.StatusServiceUnavailable, zkpass.ProblemQueueFull, "no space for another result: delete those that are fetched, or send the same request again later")
	case errors.Is(err, job.ErrFull):
		x.refuseFor(retryFull, http.StatusServiceUnavailable, zkpass.ProblemQueueFull, "the queue is full; send the same request again later")
	case errors.Is(err, job.ErrTooMany):
		x.refuseFor(retryBusy, http.StatusTooManyRequests, zkpass.ProblemRateLimited, "too many unfinished jobs of this API key")
	case errors.Is(err, job.ErrConflict):
		x.refuse(http.StatusUnprocessableEntity, zkpass.ProblemIdempotency, "the Idempotency-Key was used with another body")
	case errors.Is(err, job.ErrGone):
		x.refuse(http.StatusGone, zkpass.ProblemGone, "the job of this Idempotency-Key was deleted or has expired; use another one for a new job")
	case errors.Is(err, zkpass.ErrTooLarge):
		x.refuse(http.StatusRequestEntityTooLarge, zkpass.ProblemTooLarge, "the tokens do not fit into the queue")
	case x.clientGone():
		x.gone()
	default:
		x.broken("submitting a job", err)
	}
}

// broken answers that the queue did not do what it was asked.
func (x *exchange) broken(doing string, err error) {
	x.logError(doing, err)
	if errors.Is(err, job.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) {
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, zkpass.ProblemUnavailable, "the queue cannot be reached at the moment")
		return
	}
	x.internal()
}

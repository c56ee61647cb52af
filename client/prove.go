package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass"
)

const (
	maxProofRequest = 512 << 10 // bytes of a request's body, as the service accepts
	longPoll        = 30 * time.Second
	progressPoll    = 2 * time.Second        // with somebody watching
	pollPause       = 250 * time.Millisecond // between the starts of two polls
	forgetTimeout   = 5 * time.Second
)

// ProofOptions are what [Client.GenerateZkPassProof] may be told besides. The zero
// value is good for use.
type ProofOptions struct {
	// IdempotencyKey, 1 to 255 printable ASCII characters, names this one job at
	// the service for 24 h; empty stands for a random one, which is enough for
	// the client's own attempts. A second call with the same key is refused by
	// the service with [zkpass.ProblemIdempotency], because each call encrypts anew: so
	// an application that may have died in a call does not have a job done twice.
	// If the service's keys change just then, the job gets a random key after
	// all.
	IdempotencyKey string
	// Progress, if it is not nil, is called when there is news of the job. Calls
	// come one after the other and are to return at once.
	Progress func(JobStatus)
}

// GenerateZkPassProof has the service answer a request about the documents in
// userData, user data tokens by tag, and returns the proof token. The holder of
// the documents has agreed to that before: the client shows nobody what is asked
// and checks neither the signature of the request nor those of the documents.
//
// Both travel encrypted to a key from the service's key set. The call lasts until
// the job has ended, the service is not available or the context ends; give the
// context a deadline. The result is signed by the service and answers this very
// request; whether it is correct only package verify tells.
//
// Errors wrap [zkpass.ErrMalformed] or [zkpass.ErrTooLarge] if nothing was sent, else
// [*zkpass.Problem], [ErrUnavailable], [ErrAnswer] with its cause,
// [ErrGaveUp], or the error of the context. None shows user data or the API
// key.
func (c *Client) GenerateZkPassProof(ctx context.Context, dvrToken string, userData map[string]string, opts ProofOptions) (string, error) {
	token, err := c.generate(ctx, dvrToken, userData, opts)
	if err != nil {
		return "", fmt.Errorf("proving by the service: %w", err)
	}
	return token, nil
}

func (c *Client) generate(ctx context.Context, dvrToken string, userData map[string]string, opts ProofOptions) (string, error) {
	request, err := parseInputs(dvrToken, userData)
	if err != nil {
		return "", err
	}
	job := &clientJob{client: c, progress: opts.Progress, key: opts.IdempotencyKey}
	if job.key == "" {
		job.key = rand.Text()
	}
	if len(job.key) > 255 || strings.ContainsFunc(job.key, func(r rune) bool { return r < ' ' || r > '~' }) || strings.TrimSpace(job.key) != job.key {
		return "", malformed("idempotency key: want 1 to 255 printable ASCII characters")
	}
	job.hide(userData)
	keys, err := c.keySet(ctx, nil)
	if err != nil {
		return "", err
	}
	token, err := job.submit(ctx, keys, dvrToken, userData)
	if isUnknownKey(err) {
		// The service has new keys. Only then is anything encrypted a second time.
		if keys, err = c.keySet(ctx, keys); err != nil {
			return "", err
		}
		job.key = rand.Text()
		token, err = job.submit(ctx, keys, dvrToken, userData)
	}
	if err != nil {
		return "", err
	}
	return token, c.checkToken(ctx, token, request, keys)
}

func isUnknownKey(err error) bool {
	var p *zkpass.Problem
	return errors.As(err, &p) && p.Code == zkpass.ProblemUnknownKey
}

// parseInputs refuses what the service would refuse for its form, and sends no
// document that nobody asks for.
func parseInputs(dvrToken string, userData map[string]string) (*zkpass.DVRToken, error) {
	request, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		return nil, err
	}
	if err := request.DVR.CheckZKVM(); err != nil {
		return nil, err
	}
	tags := slices.Sorted(maps.Keys(userData))
	if want := request.DVR.Tags(); !slices.Equal(tags, want) {
		return nil, malformed("user data with the tags %q, the request asks for %q", tags, want)
	}
	for _, tag := range tags {
		if _, err := zkpass.ParseUserDataToken(userData[tag]); err != nil {
			return nil, fmt.Errorf("document %q: %w", tag, err)
		}
	}
	return request, nil
}

// clientJob is one job on its way through the service.
type clientJob struct {
	client   *Client
	key      string // the idempotency key
	progress func(JobStatus)
	hidden   secrets
	id       string // empty until the service has told it
	last     JobStatus
}

// hide keeps the documents out of errors, whole and in parts.
func (j *clientJob) hide(userData map[string]string) {
	j.hidden = slices.Clone(j.client.hidden)
	for _, token := range userData {
		_, rest, _ := strings.Cut(token, ".") // the header is no secret
		j.hidden = append(j.hidden, strings.Split(rest, ".")...)
	}
}

// submit has the service do the job with tokens encrypted to a key of the set, and
// returns the proof token.
func (j *clientJob) submit(ctx context.Context, keys *zkpass.KeySet, dvrToken string, userData map[string]string) (string, error) {
	body, err := sealRequest(keys, dvrToken, userData)
	if err != nil {
		return "", err
	}
	j.id = ""
	// The service is not asked to wait: its answer has the id of the job, without
	// which the job could not be cancelled.
	got, err := j.client.exchange(ctx, call{
		method: http.MethodPost, path: "/v1/proof?wait=0", body: body, idempotency: j.key, limit: maxAnswer, hidden: j.hidden,
	})
	if err != nil {
		return "", err
	}
	answer, err := readAnswer(got, j.hidden)
	j.id = answer.id
	if err == nil && !answer.ended {
		if j.id == "" {
			return "", fmt.Errorf("%w: no id of the job in queue_status_url", ErrAnswer)
		}
		answer, err = j.poll(ctx, answer)
	}
	j.forget(ctx, err == nil || isOutcome(err))
	if err != nil {
		return "", err
	}
	return answer.token, nil
}

// isOutcome reports whether an error is the end of a job.
func isOutcome(err error) bool {
	var p *zkpass.Problem
	return errors.As(err, &p) && !errors.Is(err, ErrUnavailable)
}

// sealRequest makes the body of a POST.
func sealRequest(keys *zkpass.KeySet, dvrToken string, userData map[string]string) ([]byte, error) {
	key, err := encryptionKey(keys)
	if err != nil {
		return nil, err
	}
	documents, err := zkpass.EncryptUserData(key, userData, dvrToken)
	if err != nil {
		return nil, err
	}
	request, err := zkpass.EncryptDVR(key, dvrToken)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(struct {
		Documents string `json:"user_data_token"`
		Request   string `json:"dvr_token"`
	}{documents, request})
	if err != nil {
		return nil, err
	}
	if len(body) > maxProofRequest {
		return nil, fmt.Errorf("%w: the request to the service has %d bytes, at most %d are accepted", zkpass.ErrTooLarge, len(body), maxProofRequest)
	}
	return body, nil
}

// poll asks for the job until it has ended.
func (j *clientJob) poll(ctx context.Context, answer *jobAnswer) (*jobAnswer, error) {
	wait := longPoll
	if j.progress != nil {
		wait = progressPoll
	}
	next := call{method: http.MethodGet, path: j.path() + "?wait=" + strconv.Itoa(int(wait/time.Second)), wait: wait, limit: maxAnswer, hidden: j.hidden}
	for {
		j.tell(answer.status)
		start := time.Now()
		got, err := j.client.exchange(ctx, next)
		if err != nil {
			return nil, err
		}
		if answer, err = readAnswer(got, j.hidden); err != nil || answer.ended {
			return answer, err
		}
		// The service waits by itself. Should it not, it is not asked all the time.
		if err := sleep(ctx, pollPause-time.Since(start)); err != nil {
			return nil, err
		}
	}
}

func (j *clientJob) path() string { return "/api/status/" + j.id }

func (j *clientJob) tell(status JobStatus) {
	status.ID = j.id
	if j.progress != nil && status != j.last {
		j.last = status
		j.progress(status)
	}
}

// forget has the service delete the job, if that is wanted. What comes of it is not
// worth an error: the service deletes jobs by itself, only later.
func (j *clientJob) forget(ctx context.Context, ended bool) {
	if j.id == "" || ended && j.client.opts.KeepResults || !ended && j.client.opts.KeepCancelled {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
	defer cancel()
	_, _ = j.client.send(ctx, call{method: http.MethodDelete, path: j.path(), limit: 64 << 10})
}

// checkToken checks that a proof token is signed by the service and answers the
// request. This costs next to nothing, and tells at once of a service that mixes
// up its answers.
func (c *Client) checkToken(ctx context.Context, text string, request *zkpass.DVRToken, keys *zkpass.KeySet) error {
	token, err := zkpass.ParseProofToken(text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	key, err := signingKey(keys, token)
	if errors.Is(err, zkpass.ErrUnknownKey) {
		// The service may have changed keys while the job was under way.
		if keys, err = c.keySet(ctx, keys); err != nil {
			return err
		}
		key, err = signingKey(keys, token)
	}
	if err == nil {
		err = token.Verify(key)
	}
	if err == nil {
		err = token.Proof.MatchDVR(&request.DVR)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// signingKey finds the key that a proof token names, which may be left out where
// there is one.
func signingKey(keys *zkpass.KeySet, token *zkpass.ProofToken) (*zkpass.PublicKey, error) {
	if !token.Signed() {
		return nil, fmt.Errorf("%w: a proof token without signature", zkpass.ErrNotSigned)
	}
	return keys.Key(token.Header().KeyID, zkpass.ES256)
}

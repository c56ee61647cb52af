package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/zkpass-go/zkpass"
)

const (
	answerTime    = 60 * time.Second // for an answer, beside what the service was asked to wait
	firstPause    = 500 * time.Millisecond
	longestPause  = 20 * time.Second
	maxRetryAfter = time.Minute
)

// call is a request to the service. It can be sent any number of times with the
// same effect as once.
type call struct {
	method, path string
	body         []byte // JSON, sent byte for byte the same each time
	idempotency  string
	public       bool          // sent without the API key
	anew         bool          // not to be answered from a cache
	wait         time.Duration // that the service is asked to wait before it answers
	limit        int           // of the answer's body in bytes
	hidden       secrets       // the client's own, or more
}

// reply is an answer that has been read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends a call until it is answered with something else than that it
// should come again.
func (c *Client) exchange(ctx context.Context, call call) (*reply, error) {
	hidden := call.hidden
	if hidden == nil {
		hidden = c.hidden
	}
	for attempt := 1; ; attempt++ {
		var pause time.Duration
		got, err := c.send(ctx, call)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil && !comeAgain(got.status):
			return got, nil
		case err == nil:
			pause, err = retryAfter(got.header.Get("Retry-After"), time.Now()), problem(got, hidden)
		case isPermanent(err):
			return nil, err
		}
		if attempt >= c.opts.MaxAttempts {
			return nil, fmt.Errorf("%w in %s: %w", ErrUnavailable, attempts(attempt), err)
		}
		pause += backoff(attempt)
		if c.opts.Retrying != nil {
			c.opts.Retrying(err, attempt+1, c.opts.MaxAttempts, pause)
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return strconv.Itoa(n) + " attempts"
}

// send sends a call once and reads the answer to its end, because an answer that
// breaks off is none.
func (c *Client) send(ctx context.Context, call call) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, call.wait+answerTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, call.method, c.base+call.path, bytes.NewReader(call.body))
	if err != nil {
		return nil, &linkError{text: "the request cannot be made", permanent: true, err: err}
	}
	request.Header.Set("Accept", "application/json, application/problem+json")
	request.Header.Set("User-Agent", "zkpass-go/"+zkpass.Version)
	if !call.public && c.basic != "" {
		request.Header.Set("Authorization", c.basic)
	}
	if call.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if call.idempotency != "" {
		request.Header.Set("Idempotency-Key", call.idempotency)
	}
	if call.anew {
		request.Header.Set("Cache-Control", "no-cache")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, newLinkError(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, int64(call.limit)+1))
	switch {
	case err != nil:
		return nil, newLinkError(err)
	case len(body) > call.limit:
		err := fmt.Errorf("%w: at most %d bytes are read", zkpass.ErrTooLarge, call.limit)
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return nil, fmt.Errorf("%w: a redirect, which is not followed; give the URL of the service itself", ErrAnswer)
	}
	return &reply{response.StatusCode, response.Header, body}, nil
}

// comeAgain reports whether a status says that the request may succeed later.
func comeAgain(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isPermanent reports whether trying again cannot help.
func isPermanent(err error) bool {
	link, ok := err.(*linkError)
	return !ok || link.permanent
}

// backoff returns a random pause after an attempt. It is drawn from the whole
// range, so that clients that were turned away together do not come back together.
func backoff(attempt int) time.Duration {
	most := longestPause
	if shift := attempt - 1; shift < 6 {
		most = min(most, firstPause<<shift)
	}
	return rand.N(most + 1)
}

// retryAfter reads the header Retry-After: seconds, or a date (RFC 9110, section
// 10.2.3). It returns 0 for what it cannot read.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(max(date.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

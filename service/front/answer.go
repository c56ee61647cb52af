package front

import (
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/zkpass-go/zkpass"
)

// Media types of answers.
const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
	typeKeySet  = "application/jwk-set+json" // RFC 7517, section 8.5.2
	typeYAML    = "application/yaml"         // RFC 9512
)

// send answers with a body.
func (x *exchange) send(status int, mediaType string, body []byte) {
	header := x.w.Header()
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(body) // a client that is gone is nobody to tell
	}
}

// sendJSON answers with a value that can be encoded.
func (x *exchange) sendJSON(status int, value any) { x.encode(status, typeJSON, value) }

func (x *exchange) encode(status int, mediaType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // all that is sent can be encoded
	}
	x.send(status, mediaType, append(body, '\n'))
}

// refuse answers with a problem that the front end has found.
func (x *exchange) refuse(status int, code zkpass.ProblemCode, detail string) {
	x.metrics.refused(code)
	x.problem(zkpass.NewProblem(status, code, detail))
}

// refuseFor is refuse for what may work later.
func (x *exchange) refuseFor(wait time.Duration, status int, code zkpass.ProblemCode, detail string) {
	x.retryAfter(wait)
	x.refuse(status, code, detail)
}

// retryAfter sets the header of that name, in whole seconds from 1 to an hour.
func (x *exchange) retryAfter(wait time.Duration) {
	seconds := math.Ceil(wait.Seconds())
	x.w.Header().Set("Retry-After", strconv.Itoa(int(min(max(seconds, 1), 3600))))
}

// problem answers with a problem of this request or of the job it is about.
func (x *exchange) problem(p *zkpass.Problem) {
	sent := *p
	sent.Instance = x.id
	if sent.Status < 400 || sent.Status > 599 {
		sent.Status = http.StatusInternalServerError
	}
	x.code = sent.Code
	x.encode(sent.Status, typeProblem, &sent)
}

// internal answers that something here is broken. What it is stands in the log.
func (x *exchange) internal() {
	x.refuse(http.StatusInternalServerError, zkpass.ProblemInternal, "the service failed; its log has more under the id in instance")
}

// logError logs an error of a part of the service.
func (x *exchange) logError(doing string, err error) {
	x.logger.LogAttrs(context.Background(), slog.LevelError, doing, slog.String("request", x.id), slog.String("error", err.Error()))
}

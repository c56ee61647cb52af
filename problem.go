package zkpass

import (
	"fmt"
	"strings"
)

// Problem is what a service answers instead of a result: problem details as of
// RFC 9457. It names statements, paths and limits, never a value of user data.
type Problem struct {
	// Type is a URI for the kind of problem, "urn:zkpass:problem:" and the code.
	Type string `json:"type"`
	// Title says in short what kind of problem it is, the same text for each Code.
	Title string `json:"title"`
	// Status is the HTTP status.
	Status int `json:"status"`
	// Detail says what failed, what was expected and what to do.
	Detail string `json:"detail,omitempty"`
	// Instance is the request's id, as it stands in the service's logs.
	Instance string `json:"instance,omitempty"`
	// Code is what programs branch on: one of the Problem... constants.
	Code ProblemCode `json:"code"`
	// Document is the tag of the document concerned, Statement the place in the
	// query ("statement 2, then 1, assign x"), and Path the path in it, without
	// the texts of filters. All are empty where they do not apply.
	Document  string `json:"document,omitempty"`
	Statement string `json:"statement,omitempty"`
	Path      string `json:"path,omitempty"`
}

// ProblemCode is the kind of a [Problem].
type ProblemCode string

// What a service refuses or cannot do. The first block is about requests, before
// a job is accepted; the second about jobs that were accepted.
const (
	ProblemUnauthorized ProblemCode = "unauthorized"       // 401: no key, or a wrong one
	ProblemForbidden    ProblemCode = "forbidden"          // 403: the key lacks the scope
	ProblemNotFound     ProblemCode = "not-found"          // 404: no such job of this key
	ProblemMethod       ProblemCode = "method-not-allowed" // 405
	ProblemGone         ProblemCode = "gone"               // 410: the job of this Idempotency-Key was deleted or has expired
	ProblemTooLarge     ProblemCode = "too-large"          // 413: the body
	ProblemMediaType    ProblemCode = "media-type"         // 415
	ProblemMalformed    ProblemCode = "malformed"          // 400: the body, a JWE or a parameter
	ProblemUnknownKey   ProblemCode = "unknown-key"        // 400: encrypted to a key that the service does not have: fetch the JWKS again
	ProblemRateLimited  ProblemCode = "rate-limited"       // 429: too many requests, or too many jobs at once
	ProblemIdempotency  ProblemCode = "idempotency"        // 422: the Idempotency-Key was used with another body
	ProblemQueueFull    ProblemCode = "queue-full"         // 503: with Retry-After
	ProblemUnavailable  ProblemCode = "unavailable"        // 503: stopping, or the queue cannot be reached
	ProblemInternal     ProblemCode = "internal"           // 500
	ProblemDecryption   ProblemCode = "decryption"         // 400: one text for every failure
	ProblemTokens       ProblemCode = "tokens"             // 422: a DVR or user data token is malformed, too large or of an algorithm not accepted
	ProblemSignature    ProblemCode = "signature"          // 422: of an issuer or of the DVR
	ProblemExpired      ProblemCode = "expired"            // 422: the DVR
	ProblemKeys         ProblemCode = "keys"               // 422: a key that the DVR names is not to be had or not allowed
	ProblemUnsupported  ProblemCode = "unsupported"        // 422: another zkvm or version, or what cannot be proven yet
	ProblemDocuments    ProblemCode = "documents"          // 422: not the documents that the DVR asks for
	ProblemQuery        ProblemCode = "query"              // 422: the query does not compile
	ProblemEvaluation   ProblemCode = "evaluation"         // 422: the query has no result for these documents
	ProblemUndisclosed  ProblemCode = "undisclosed"        // 422: an output that the issuer has not marked as disclosable
	ProblemDeadline     ProblemCode = "deadline"           // 422: not proven within the job's time
	ProblemNotProven    ProblemCode = "not-proven"         // 500: the service failed at it, again and again
)

// NewProblem makes a problem of a kind with its title and type filled in.
func NewProblem(status int, code ProblemCode, detail string) *Problem {
	title := strings.ReplaceAll(string(code), "-", " ")
	return &Problem{Type: "urn:zkpass:problem:" + string(code), Title: title, Status: status, Detail: detail, Code: code}
}

// Error implements error.
func (p *Problem) Error() string {
	text := p.Title
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	return fmt.Sprintf("%s (status %d)", text, p.Status)
}

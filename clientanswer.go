//go:build !js

package zkpass

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// maxAnswer bounds an answer of the service: it has the proof token twice.
const maxAnswer = 2*MaxProofToken + 1<<10

// JobStatus tells how far a job is that has not ended.
type JobStatus struct {
	// ID is the job's id at the service. Whoever has it and the API key can read
	// the result and delete the job.
	ID string
	// Proving is false while the job waits for its turn.
	Proving bool
	// Ahead is how many jobs wait before it, roughly.
	Ahead int
	// Step says for people what is being done, Progress how much of it all is
	// done, from 0 to 1.
	Step     string
	Progress float64
}

// jobAnswer is what the service says of a job, in the answer to a POST or a poll.
type jobAnswer struct {
	id     string // empty if the answer does not tell
	ended  bool
	token  string // the proof token, if ended
	status JobStatus
}

// readAnswer reads an answer about a job. A problem is returned as the error; it
// is the job's end, or says that there is no job.
func readAnswer(got *reply, hidden secrets) (*jobAnswer, error) {
	answer := &jobAnswer{id: jobID(got.header.Get("Location"))}
	switch got.status {
	case http.StatusOK:
		o := openStrict("answer", got.body)
		answer.ended, answer.token = true, o.optStr("proof")
		// The member's name in the first generation of services.
		if old := o.optStr("output"); answer.token == "" {
			answer.token = old
		}
		if o.err == nil && answer.token == "" {
			o.fail("no member proof")
		}
		if o.err != nil {
			return answer, fmt.Errorf("%w: %w", ErrServiceAnswer, o.err)
		}
	case http.StatusAccepted:
		o := openStrict("answer", got.body)
		if id := jobID(o.optStr("queue_status_url")); id != "" {
			answer.id = id
		}
		if o.err != nil {
			return answer, fmt.Errorf("%w: %w", ErrServiceAnswer, o.err)
		}
		answer.status = readStatus(got.body, hidden)
	default:
		return answer, problem(got, hidden)
	}
	return answer, nil
}

// jobID returns the id at the end of a job's URL. The rest of the URL is not used:
// the client asks no other host than the one that it was made for.
func jobID(statusURL string) string {
	id := statusURL[strings.LastIndexByte(statusURL, '/')+1:]
	if len(id) < 16 || len(id) > 128 || strings.ContainsFunc(id, func(r rune) bool {
		return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return ""
	}
	return id
}

// readStatus reads how far a job is, from valid JSON. It is for people to see: what
// is not there or out of range fails nothing.
func readStatus(body []byte, hidden secrets) JobStatus {
	var read struct {
		State, Step string
		Progress    float64
		Ahead       int
	}
	_ = json.Unmarshal(body, &read)
	return JobStatus{
		Proving: read.State == "proving", Step: hidden.clean(read.Step, 100),
		Progress: min(max(read.Progress, 0), 1), Ahead: max(read.Ahead, 0),
	}
}

// problem makes an error of an answer that is none of those hoped for. Its texts
// are the service's, cleaned; what is no problem document gets a text of its own.
func problem(got *reply, hidden secrets) error {
	p := &Problem{}
	if checkJSON(got.body) != nil || json.Unmarshal(got.body, p) != nil || !isProblemCode(p.Code) {
		if got.status < 400 {
			return fmt.Errorf("%w: status %d", ErrServiceAnswer, got.status)
		}
		p = &Problem{Type: "about:blank", Title: strings.ToLower(http.StatusText(got.status)), Detail: "the answer has no more to say"}
	}
	p.Status = got.status
	for _, text := range []*string{&p.Type, &p.Title, &p.Instance, &p.Document, &p.Statement, &p.Path} {
		*text = hidden.clean(*text, 200)
	}
	p.Detail = hidden.clean(p.Detail, 1000)
	switch p.Code {
	case ProblemNotProven, ProblemDeadline:
		return fmt.Errorf("%w: %w", ErrServiceGaveUp, p)
	}
	return p
}

func isProblemCode(code ProblemCode) bool {
	return code != "" && len(code) <= 64 && strings.Trim(string(code), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/strictjson"
)

// maxAnswer bounds an answer of the service: it has the proof token twice.
const maxAnswer = 2*zkpass.MaxProofToken + 1<<10

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
		members, err := readMembers(got.body)
		if err != nil {
			return answer, err
		}
		answer.ended, answer.token = true, members["proof"]
		if answer.token == "" { // the member's name in the first generation of services
			answer.token = members["output"]
		}
		if answer.token == "" {
			return answer, fmt.Errorf("%w: no member proof", ErrAnswer)
		}
	case http.StatusAccepted:
		members, err := readMembers(got.body)
		if id := jobID(members["queue_status_url"]); id != "" {
			answer.id = id
		}
		if err != nil {
			return answer, err
		}
		answer.status = readStatus(got.body, hidden)
	default:
		return answer, problem(got, hidden)
	}
	return answer, nil
}

// readMembers reads those members of an answer that the client uses, all of them strings.
func readMembers(body []byte) (map[string]string, error) {
	if err := strictjson.Check(body); err != nil {
		return nil, fmt.Errorf("%w: %w: %w", ErrAnswer, zkpass.ErrMalformed, err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil || all == nil {
		return nil, fmt.Errorf("%w: %w: not an object", ErrAnswer, zkpass.ErrMalformed)
	}
	members := map[string]string{}
	for _, name := range []string{"proof", "output", "queue_status_url"} {
		raw, ok := all[name]
		if !ok {
			continue
		}
		var text string
		if raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
			return nil, fmt.Errorf("%w: %w: member %s: want a string", ErrAnswer, zkpass.ErrMalformed, name)
		}
		members[name] = text
	}
	return members, nil
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
	p := &zkpass.Problem{}
	if strictjson.Check(got.body) != nil || json.Unmarshal(got.body, p) != nil || !isProblemCode(p.Code) {
		if got.status < 400 {
			return fmt.Errorf("%w: status %d", ErrAnswer, got.status)
		}
		p = &zkpass.Problem{Type: "about:blank", Title: strings.ToLower(http.StatusText(got.status)), Detail: "the answer has no more to say"}
	}
	p.Status = got.status
	for _, text := range []*string{&p.Type, &p.Title, &p.Instance, &p.Document, &p.Statement, &p.Path} {
		*text = hidden.clean(*text, 200)
	}
	p.Detail = hidden.clean(p.Detail, 1000)
	switch p.Code {
	case zkpass.ProblemNotProven, zkpass.ProblemDeadline:
		return fmt.Errorf("%w: %w", ErrGaveUp, p)
	}
	return p
}

func isProblemCode(code zkpass.ProblemCode) bool {
	return code != "" && len(code) <= 64 && strings.Trim(string(code), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
)

// What worker and prover say to each other, one JSON value after the other through
// pipes; after that of a proof come its bytes.

// order is from the worker: a job to prove or to measure, or what is to change about the
// one under way.
type order struct {
	Job     *task `json:"job,omitempty"`
	Measure *task `json:"measure,omitempty"`
	Cancel  bool  `json:"cancel,omitempty"`
	Cores   int   `json:"cores,omitempty"`
}

// task is what it takes to prove one job. There is no key in it that opens or signs
// anything.
type task struct {
	DVR      string            `json:"dvr"`
	UserData map[string]string `json:"user_data"`
	// Keys are those that the request names by the URL of a key set.
	Keys []namedKey `json:"keys,omitempty"`
	// Now is the time of evaluation; zero is the prover's clock.
	Now   time.Time        `json:"now,omitzero"`
	clock func() time.Time // instead of it in this process; nil for none
	// Memory is what the proof should need, in bytes.
	Memory int64 `json:"memory"`
}

// result is from the prover: that it is ready, a step of the job under way, or its end.
type result struct {
	Sandbox *sandboxed  `json:"sandbox,omitempty"`
	Load    *libzk.Load `json:"load,omitempty"`
	Step    string      `json:"step,omitempty"`
	Done    float64     `json:"done,omitempty"`
	// Proof has one byte only of the zero-knowledge proof: as text in JSON, checked and read
	// twice, it would cost more than all else between the two. ZKProof bytes follow the value.
	Proof   *zkpass.Proof   `json:"proof,omitempty"`
	ZKProof int             `json:"zkproof,omitempty"`
	Took    time.Duration   `json:"took,omitempty"`
	Problem *zkpass.Problem `json:"problem,omitempty"`
	Kind    string          `json:"kind,omitempty"`   // of an internal error
	Memory  int64           `json:"memory,omitempty"` // of the process after the job, in bytes
}

// ends reports whether the job is over.
func (r *result) ends() bool { return r.Proof != nil || r.Problem != nil || r.Load != nil }

// write writes a result as [readResult] reads it: a line of JSON, and the proof's bytes.
func (r result) write(w io.Writer) error {
	var bytes []byte
	if r.Proof != nil && len(r.Proof.ZKProof) > 0 {
		short := *r.Proof
		bytes, short.ZKProof = short.ZKProof, short.ZKProof[:1]
		r.Proof, r.ZKProof = &short, len(bytes)
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(append(append(line, '\n'), bytes...))
	return err
}

// readResult reads what write has written.
func readResult(from *bufio.Reader) (*result, error) {
	line, err := from.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	r := new(result)
	if err := json.Unmarshal(line, r); err != nil {
		return nil, err
	}
	if (r.Proof != nil) != (r.ZKProof > 0) || r.ZKProof < 0 || r.ZKProof > zkpass.MaxZKProof {
		return nil, fmt.Errorf("%d bytes of a zero-knowledge proof", r.ZKProof)
	}
	if r.Proof != nil {
		r.Proof.ZKProof = make([]byte, r.ZKProof)
		_, err = io.ReadFull(from, r.Proof.ZKProof)
	}
	return r, err
}

// maxResult bounds what a prover may say about one job, in bytes: the largest proof, and its
// steps. It has read user data that strangers made.
const maxResult = 64 << 20

// bounded is a reader with an allowance, which is renewed for each job.
type bounded struct {
	io.Reader
	left int
}

func (b *bounded) Read(data []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("more than %d bytes", maxResult)
	}
	n, err := b.Reader.Read(data[:min(len(data), b.left)])
	b.left -= n
	return n, err
}

// namedKey is what a key set's URL, a key's id and an algorithm stand for: a key set of
// one key.
type namedKey struct {
	JKU string           `json:"jku"`
	KID string           `json:"kid"`
	Alg zkpass.Algorithm `json:"alg"`
	Set json.RawMessage  `json:"set"`
}

// namedKeys resolves what a worker has resolved before.
type namedKeys []namedKey

// ResolveKey implements [zkpass.KeyResolver].
func (keys namedKeys) ResolveKey(_ context.Context, jku, kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	for _, k := range keys {
		if k.JKU != jku || k.KID != kid || k.Alg != alg {
			continue
		}
		set, err := zkpass.ParseKeySet(k.Set)
		if err != nil {
			return nil, err
		}
		if all := set.Keys(); len(all) == 1 {
			return all[0], nil
		}
	}
	return nil, fmt.Errorf("%w: the worker has not resolved the key", errInternal)
}

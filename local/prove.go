package local

import (
	"context"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Result is a proof that has been made.
type Result struct {
	// Proof is ready to be signed by a service: see [zkpass.SignProof].
	Proof *zkpass.Proof
	// Token is the proof token of a proof made locally, on one line without a
	// line end.
	Token []byte
	// Duration is how long it took from parsed inputs to the proof: signatures,
	// evaluation, circuits and all.
	Duration time.Duration

	statement *zkvm.Statement
}

// Circuits lists the circuits of the proof, for reports.
func (r *Result) Circuits() ([]libzk.CircuitInfo, error) { return zkvm.Circuits(r.statement) }

// Prove answers a request about the documents in userData, user data tokens by
// tag. It is safe for concurrent use; each call uses all processors and the
// memory of one proof.
//
// Errors wrap what failed: [zkpass.ErrMalformed], [zkpass.ErrTooLarge],
// [zkpass.ErrSignature], [zkpass.ErrAlgorithm], [zkpass.ErrExpired],
// [zkpass.ErrUnsupportedZKVM], the errors of the resolver, [ErrMethodVersion],
// [ErrDocuments], [query.ErrCompile], [query.ErrEval] with
// [query.ErrUndisclosed], and [zkvm.ErrUnsupported]. They name statements and
// paths of the query, never a value of a document.
func Prove(ctx context.Context, dvrToken string, userData map[string]string, opts Options) (*Result, error) {
	request, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		return nil, err
	}
	return ProveRequest(ctx, request, userData, opts)
}

// ProveRequest is [Prove] for a DVR token that has been parsed.
func ProveRequest(ctx context.Context, request *zkpass.DVRToken, userData map[string]string, opts Options) (*Result, error) {
	dvr := &request.DVR
	documents, err := parse(dvr, userData)
	if err != nil {
		return nil, err
	}
	start, now := time.Now(), opts.now()
	if err := checkRequest(ctx, request, now, opts); err != nil {
		return nil, err
	}
	program, err := statement.Compile(dvr)
	if err != nil {
		return nil, err
	}
	keys, err := dvr.ResolveKeys(ctx, opts.Resolver, documents.algorithms())
	if err != nil {
		return nil, err
	}
	if err := documents.verify(keys); err != nil {
		return nil, err
	}
	outputs, err := program.Eval(documents.parsed(), now)
	if err != nil {
		return nil, fmt.Errorf("evaluating query: %w", err)
	}
	result := &Result{}
	if result.statement, err = documents.statement(dvr, program, keys, now, outputs); err != nil {
		return nil, err
	}
	zkproof, err := documents.prove(ctx, result.statement, opts)
	if err != nil {
		return nil, err
	}
	result.Duration = time.Since(start)
	result.Proof = documents.proof(dvr, keys, result.statement, zkproof)
	if result.Token, err = zkpass.MarshalLocalProof(result.Proof); err != nil {
		return nil, err
	}
	return result, nil
}

// checkRequest checks whose request it is and whether it is good at a time.
func checkRequest(ctx context.Context, request *zkpass.DVRToken, now time.Time, opts Options) error {
	key, err := request.Key(ctx, opts.Resolver, opts.DVRKey)
	if err != nil {
		return err
	}
	if err := request.Verify(key); err != nil {
		return err
	}
	return request.CheckTime(now)
}

func (d documents) statement(dvr *zkpass.DVR, program *query.Program, keys map[string]*zkpass.PublicKey, now time.Time, outputs query.Outputs) (*zkvm.Statement, error) {
	public := make(map[string]statement.Document, len(d))
	for tag, document := range d {
		class, err := statement.ClassOf(document.payload, program, tag)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", statement.Name(tag), err)
		}
		public[tag] = statement.Document{Key: keys[tag], Header: document.token.Protected, Class: class}
	}
	return statement.New(dvr, program, public, now, outputs.JSON)
}

func (d documents) prove(ctx context.Context, s *zkvm.Statement, opts Options) ([]byte, error) {
	secrets := make([]zkvm.Secret, len(s.Documents))
	for i, public := range s.Documents {
		token := d[public.Tag].token
		secrets[i] = zkvm.Secret{Payload: token.PayloadText, Signature: token.Signature}
	}
	var options []zkvm.Option
	if opts.Progress != nil {
		options = append(options, zkvm.WithProgress(opts.Progress))
	}
	return zkvm.Prove(ctx, s, secrets, options...)
}

// proof puts together what a verifier gets.
func (d documents) proof(dvr *zkpass.DVR, keys map[string]*zkpass.PublicKey, s *zkvm.Statement, zkproof []byte) *zkpass.Proof {
	p := &zkpass.Proof{
		ZKVM: dvr.ZKVM, DVRTitle: dvr.Title, DVRID: dvr.ID, DVRDigest: dvr.Digest(),
		Output: string(s.Output), Time: time.Unix(s.Time, 0).UTC(),
		Documents:             make(map[string]zkpass.ProofDocument, len(s.Documents)),
		UserDataVerifyingKeys: make(map[string]zkpass.KeyOption, len(s.Documents)),
		DVRVerifyingKey:       dvr.VerifyingKey,
		ZKProof:               zkproof,
	}
	for _, public := range s.Documents {
		p.Documents[public.Tag] = zkpass.ProofDocument{Header: public.Header, Class: public.Class.String()}
		p.UserDataVerifyingKeys[public.Tag] = keys[public.Tag].Option()
	}
	return p
}

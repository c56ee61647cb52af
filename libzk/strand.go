package libzk

import (
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/internal/buffers"
	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/opening"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// strand is one field's side of a proof, prover's or verifier's. The two strands
// of a proof share the commitment and the columns; between these they run on
// forks of the transcript, at the same time.
type strand[E comparable] struct {
	p        *part[E]
	g        opening.Geometry
	relation *Relation[E]

	messages []sumcheck.LevelMessages[E]
	traces   []uint16 // T, empty without bits
	answer   *opening.Answer[E]

	// prover only
	witness []E
	vector  opening.Vector[E]
	matrix  *opening.Matrix[E]
	// verifier only
	check  *opening.Check[E]
	opened opening.Opened[E]
}

func newStrand[E comparable](p *part[E], g opening.Geometry) *strand[E] {
	return &strand[E]{p: p, g: g}
}

// complete draws masks and pads and sets the products among them. over is Secrets.Over.
func (s *strand[E]) complete(secrets []E, over bool, rng io.Reader) error {
	p, f := s.p, s.p.Field
	if len(secrets) != p.secrets {
		return fmt.Errorf("%d secrets over %s, the shape has %d", len(secrets), f.Name(), p.secrets)
	}
	if over && cap(secrets) >= p.witness {
		s.witness = secrets[:p.witness]
	} else {
		s.witness = buffers.Make[E](p.witness)
		copy(s.witness, secrets)
	}
	for i := p.secrets; i < p.witness; i++ {
		var err error
		if s.witness[i], err = f.Sample(rng); err != nil {
			return fmt.Errorf("drawing pads: %w", err)
		}
	}
	for i := range maskCopies {
		m := s.witness[p.secrets+3*i:]
		m[2] = f.Mul(m[0], m[1])
	}
	for _, q := range p.products {
		s.witness[q.Z] = f.Mul(s.witness[q.X], s.witness[q.Y])
	}
	return nil
}

func (s *strand[E]) encode(rng io.Reader) (err error) {
	if s.vector, err = s.p.vector(s.witness, rng); err != nil {
		return err
	}
	s.matrix, err = opening.Commit(s.p.Field, s.g, s.vector, rng)
	return err
}

// prove runs the sumchecks and answers the commitment's challenges. Without
// check it does so for a witness that does not satisfy the relation too.
func (s *strand[E]) prove(t *transcript.Transcript, check bool) error {
	claim, err := s.reduce(t, check)
	if err != nil {
		return err
	}
	s.answer, err = s.matrix.Answer(t, claim)
	return err
}

// reduce runs the sumchecks and says what is left to show of the commitment.
func (s *strand[E]) reduce(t *transcript.Transcript, check bool) (claim opening.Claim[E], err error) {
	p := s.p
	if err := p.check(s.relation); err != nil {
		return claim, err
	}
	values := s.relation.Space.Detach(s.witness)
	if check {
		if err := s.checkLinear(values); err != nil {
			return claim, err
		}
	}
	all, err := s.evaluateAll(values, check)
	if err != nil {
		return claim, err
	}
	pads := append([]E(nil), s.witness[p.pads:]...)
	values.Free()
	buffers.Free(s.witness) // the largest parts
	s.witness = nil
	proof, err := p.batch.Prove(t, all, pads)
	if err != nil {
		return claim, err
	}
	s.messages = proof.Messages
	return s.claim(t, proof.Claims()), nil
}

// claim is what the sumcheck has left to show of the prover's vector.
func (s *strand[E]) claim(t *transcript.Transcript, claims *sumcheck.BatchClaims[E]) opening.Claim[E] {
	constant, coefficients := s.weigh(t, claims)
	s.traces = s.p.traces(s.vector, coefficients)
	return s.p.claimOf(t, constant, coefficients, s.traces)
}

// weigh draws the weights of the linear constraints and adds these up. It consumes the claims.
func (s *strand[E]) weigh(t *transcript.Transcript, claims *sumcheck.BatchClaims[E]) (constant E, coefficients []E) {
	t.WriteBytes(statementHash[:])
	constant, coefficients = s.combine(claims, transcript.Challenges(t, s.p.Field, s.constraints()))
	claims.Free()
	return constant, coefficients
}

// evaluateAll runs all uses' circuits. The error is that of the first use that has one.
func (s *strand[E]) evaluateAll(values *affine.Values[E], check bool) ([]*circuit.Wires[E], error) {
	p := s.p
	uses := p.uses()
	all, errs := make([]*circuit.Wires[E], len(uses)), make([]error, len(uses))
	cores.Each(len(uses), func(i int) {
		inputs := p.inputs(s.relation, i)
		all[i], errs[i] = s.evaluate(i, uses[i], wires(p.Field, values, inputs, uses[i]), check)
		p.freeInputs(inputs, i)
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// evaluate runs a use's circuit, naming rows by their own labels.
func (s *strand[E]) evaluate(i int, u Use[E], inputs circuit.Level[E], check bool) (*circuit.Wires[E], error) {
	w, err := u.Circuit.EvaluateLevel(inputs, check)
	var v *circuit.Violation
	if errors.As(err, &v) && s.p.clear(i) && v.Copy < len(s.relation.Rows) {
		v.Label = s.relation.labels[s.relation.Rows[v.Copy].label]
	}
	return w, err
}

func (s *strand[E]) checkLinear(values *affine.Values[E]) error {
	var zero E
	for i, l := range s.relation.Linear {
		if values.At(l.Ref) != zero {
			return &circuit.Violation{Circuit: "linear", Label: s.relation.labels[l.label], Copy: i}
		}
	}
	return nil
}

// replay is the verifier's side of prove.
func (s *strand[E]) replay(t *transcript.Transcript) error {
	claim, err := s.replayReduce(t)
	if err != nil {
		return err
	}
	s.check, err = opening.Replay(t, s.p.Field, s.g, claim, s.answer)
	return err
}

// replayReduce is the verifier's side of reduce.
func (s *strand[E]) replayReduce(t *transcript.Transcript) (claim opening.Claim[E], err error) {
	claims, err := s.claims(t)
	if err != nil {
		return claim, err
	}
	constant, coefficients := s.weigh(t, claims)
	return s.p.claimOf(t, constant, coefficients, s.traces), nil
}

// claims replays the sumcheck.
func (s *strand[E]) claims(t *transcript.Transcript) (*sumcheck.BatchClaims[E], error) {
	if err := s.p.check(s.relation); err != nil {
		return nil, err
	}
	proof, err := s.p.batch.Replay(t, s.messages)
	if err != nil {
		return nil, err
	}
	return proof.Claims(), nil
}

// constraints is the number of linear constraints: the sumcheck's, and the
// relation's own.
func (s *strand[E]) constraints() int { return s.p.batch.Constraints() + len(s.relation.Linear) }

// combine adds up the linear constraints with weights alpha, as one functional
// of the witness.
func (s *strand[E]) combine(claims *sumcheck.BatchClaims[E], alpha []E) (constant E, coefficients []E) {
	p, f := s.p, s.p.Field
	adjoint := s.relation.Space.NewAdjoint()
	next := func() E {
		a := alpha[0]
		alpha = alpha[1:]
		return a
	}
	add := func(a E, c *sumcheck.Constraint[E]) {
		constant = f.Add(constant, f.Mul(a, c.Constant))
		for _, t := range c.Terms {
			adjoint.Add(f.Mul(a, t.K), affine.Ref(p.pads+t.Pad))
		}
	}
	for i := range claims.Levels {
		add(next(), &claims.Levels[i])
	}
	for i, u := range p.uses() {
		in := &claims.Inputs[i]
		a := next()
		add(a, &in.Constraint)
		inputs := p.inputs(s.relation, i)
		width := u.Circuit.Inputs()
		for c := range u.Copies {
			adjoint.AddScaled(f.Mul(a, in.Copy[c]), in.Wire, inputs[c*width:(c+1)*width])
		}
		p.freeInputs(inputs, i)
	}
	for _, l := range s.relation.Linear {
		adjoint.Add(next(), l.Ref)
	}
	more, coefficients := adjoint.Resolve()
	return f.Add(constant, more), coefficients
}

// appendCommitment appends what a proof has of the commitment beside the root: nothing,
// columns are leaves.
func (s *strand[E]) appendCommitment(b []byte) []byte { return b }

// readCommitment is the inverse of appendCommitment.
func (s *strand[E]) readCommitment(b []byte) ([]byte, error) { return b, nil }

// appendMessages appends the sumcheck messages.
func (s *strand[E]) appendMessages(b []byte) []byte {
	f := s.p.Field
	for _, m := range s.messages {
		for _, r := range m.Rounds {
			b = f.Append(f.Append(b, r[0]), r[1])
		}
		for _, c := range m.Claims {
			b = f.Append(f.Append(b, c[0]), c[1])
		}
	}
	b = appendSymbols(b, s.traces)
	for _, e := range s.answer.Elems() {
		b = f.Append(b, *e)
	}
	return b
}

// readMessages is the inverse of appendMessages.
func (s *strand[E]) readMessages(b []byte) ([]byte, error) {
	r := &reader[E]{f: s.p.Field, b: b}
	s.messages = s.p.batch.NewMessages()
	for _, m := range s.messages {
		for i := range m.Rounds {
			m.Rounds[i] = [2]E{r.elem(), r.elem()}
		}
		for i := range m.Claims {
			m.Claims[i] = [2]E{r.elem(), r.elem()}
		}
	}
	for range s.p.masks() {
		s.traces = append(s.traces, r.symbol())
	}
	s.answer = opening.NewAnswer[E](s.g)
	for _, e := range s.answer.Elems() {
		*e = r.elem()
	}
	return r.b, r.err
}

// appendOpened appends opened symbols, row by row.
func (s *strand[E]) appendOpened(b []byte, columns []int) []byte {
	return s.matrix.AppendOpened(b, columns)
}

// readOpened reads what appendOpened writes. Short rows are read as symbols, so
// no prover can make them anything else: that bits are bits rests on it.
func (s *strand[E]) readOpened(b []byte) ([]byte, error) {
	r := &reader[E]{f: s.p.Field, b: b}
	row := func(short bool) []E {
		out := make([]E, s.g.Queries)
		for i := range out {
			if short {
				out[i] = r.subfield()
			} else {
				out[i] = r.elem()
			}
		}
		return out
	}
	s.opened = opening.Opened[E]{Mask: row(false), Rows: make([][]E, s.g.Rows())}
	for i := range s.opened.Rows {
		s.opened.Rows[i] = row(s.g.ShortRow(i))
	}
	return r.b, r.err
}

// appendColumns appends columns lo.. of the matrix to the buffers.
func (s *strand[E]) appendColumns(bufs [][]byte, lo int) { s.matrix.AppendColumns(bufs, lo) }

// appendOpenedColumn appends the i-th opened column to a leaf.
func (s *strand[E]) appendOpenedColumn(b []byte, i int) []byte {
	f := s.p.Field
	b = f.Append(b, s.opened.Mask[i])
	for r, row := range s.opened.Rows {
		if s.g.ShortRow(r) {
			b = f.AppendSubfield(b, row[i])
		} else {
			b = f.Append(b, row[i])
		}
	}
	return b
}

func (s *strand[E]) verify(columns []int) error {
	if err := s.check.Verify(columns, s.opened); err != nil {
		return fmt.Errorf("%s: %w", s.p.Field.Name(), err)
	}
	return nil
}

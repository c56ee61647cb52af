package libzk

import (
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/ligero"
	"github.com/zkpass-go/zkpass/libzk/sumcheck"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// strand is one field's side of a proof, prover's or verifier's. The two strands
// of a proof share the commitment and the columns; between these they run on
// forks of the transcript, at the same time.
type strand[E comparable] struct {
	p        *part[E]
	g        ligero.Geometry
	relation *Relation[E]

	messages []sumcheck.LevelMessages[E]
	response *ligero.Response[E]

	// prover only
	witness []E
	tableau *ligero.Tableau[E]
	// verifier only
	challenges   *ligero.Challenges[E]
	constant     E
	coefficients []E
	opened       []E
}

func newStrand[E comparable](p *part[E], g ligero.Geometry) *strand[E] {
	return &strand[E]{p: p, g: g}
}

// commit completes the witness and encodes it.
func (s *strand[E]) commit(secrets []E, rng io.Reader) error {
	if err := s.complete(secrets, rng); err != nil {
		return err
	}
	return s.encode(rng)
}

// complete draws masks and pads and sets the products among them.
func (s *strand[E]) complete(secrets []E, rng io.Reader) error {
	p, f := s.p, s.p.Field
	if len(secrets) != p.secrets {
		return fmt.Errorf("%d secrets over %s, the shape has %d", len(secrets), f.Name(), p.secrets)
	}
	// A row that is declared to lie in the subfield is opened as such: an element
	// outside it could not be encoded.
	for i, e := range secrets[:p.Subfield] {
		if !f.InSubfield(e) {
			return fmt.Errorf("secret %d over %s is not in the subfield, the first %d must be", i, f.Name(), p.Subfield)
		}
	}
	s.witness = make([]E, p.witness)
	copy(s.witness, secrets)
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
	s.tableau, err = ligero.Commit(s.p.Field, s.g, s.witness, s.p.Subfield, nil, rng)
	return err
}

// prove runs the sumchecks and answers the commitment's challenges. Without
// check it does so for a witness that does not satisfy the relation too.
func (s *strand[E]) prove(t *transcript.Transcript, check bool) error {
	p, f := s.p, s.p.Field
	if err := p.check(s.relation); err != nil {
		return err
	}
	values := s.relation.Space.Evaluate(s.witness)
	if check {
		if err := s.checkLinear(values); err != nil {
			return err
		}
	}
	all := make([]*circuit.Wires[E], len(p.Uses)+1)
	for i, u := range p.uses() {
		var err error
		if all[i], err = s.evaluate(i, u, wires(values, p.inputs(s.relation, i), u), check); err != nil {
			return err
		}
	}
	proof, err := p.batch.Prove(t, all, s.witness[p.pads:])
	if err != nil {
		return err
	}
	s.messages = proof.Messages
	t.WriteBytes(statementHash[:])
	ch := ligero.Draw(t, f, s.g, s.constraints())
	_, coefficients := s.combine(proof.Claims(), ch.Linear)
	s.response = s.tableau.Respond(coefficients, ch)
	s.response.Write(t, f)
	return nil
}

// evaluate runs a use's circuit, naming rows by their own labels.
func (s *strand[E]) evaluate(i int, u Use[E], inputs []E, check bool) (*circuit.Wires[E], error) {
	if !check {
		return u.Circuit.EvaluateUnchecked(inputs, u.Copies), nil
	}
	w, err := u.Circuit.Evaluate(inputs, u.Copies)
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
	p, f := s.p, s.p.Field
	if err := p.check(s.relation); err != nil {
		return err
	}
	proof, err := p.batch.Replay(t, s.messages)
	if err != nil {
		return err
	}
	t.WriteBytes(statementHash[:])
	s.challenges = ligero.Draw(t, f, s.g, s.constraints())
	s.constant, s.coefficients = s.combine(proof.Claims(), s.challenges.Linear)
	s.response.Write(t, f)
	return nil
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
		scaled := make([]E, width)
		for c := range u.Copies {
			clear(scaled)
			f.Axpy(scaled, f.Mul(a, in.Copy[c]), in.Wire)
			for k, ref := range inputs[c*width : (c+1)*width] {
				adjoint.Add(scaled[k], ref)
			}
		}
	}
	for _, l := range s.relation.Linear {
		adjoint.Add(next(), l.Ref)
	}
	more, coefficients := adjoint.Resolve()
	return f.Add(constant, more), coefficients
}

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
	for _, part := range s.response.Parts() {
		for _, e := range part {
			b = f.Append(b, e)
		}
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
	s.response = ligero.NewResponse[E](s.g)
	for _, part := range s.response.Parts() {
		for i := range part {
			part[i] = r.elem()
		}
	}
	return r.b, r.err
}

// appendOpened appends opened symbols, row by row.
func (s *strand[E]) appendOpened(b []byte, columns []int) []byte {
	f := s.p.Field
	for i, e := range s.tableau.Open(columns) {
		if s.g.SubfieldRow(i/s.g.Queries, s.p.Subfield) {
			b = f.AppendSubfield(b, e)
		} else {
			b = f.Append(b, e)
		}
	}
	return b
}

func (s *strand[E]) readOpened(b []byte) ([]byte, error) {
	r := &reader[E]{f: s.p.Field, b: b}
	s.opened = make([]E, s.g.Rows()*s.g.Queries)
	for i := range s.opened {
		if s.g.SubfieldRow(i/s.g.Queries, s.p.Subfield) {
			s.opened[i] = r.subfield()
		} else {
			s.opened[i] = r.elem()
		}
	}
	return r.b, r.err
}

// appendColumn appends a column as leaves hash it: like in the proof.
func (s *strand[E]) appendColumn(b []byte, column []E) []byte {
	f := s.p.Field
	for r, e := range column {
		if s.g.SubfieldRow(r, s.p.Subfield) {
			b = f.AppendSubfield(b, e)
		} else {
			b = f.Append(b, e)
		}
	}
	return b
}

// appendColumns appends columns lo.. of the tableau to the buffers.
func (s *strand[E]) appendColumns(bufs [][]byte, lo int) {
	s.tableau.AppendColumns(bufs, lo, func(row int) bool { return s.g.SubfieldRow(row, s.p.Subfield) })
}

// appendOpenedColumn appends the i-th opened column to a leaf.
func (s *strand[E]) appendOpenedColumn(b []byte, i int) []byte {
	column := make([]E, s.g.Rows())
	for r := range column {
		column[r] = s.opened[r*s.g.Queries+i]
	}
	return s.appendColumn(b, column)
}

func (s *strand[E]) verify(columns []int) error {
	err := ligero.Verify(s.p.Field, s.g, nil, s.constant, s.coefficients, s.challenges, s.response, columns, s.opened)
	if err != nil {
		return fmt.Errorf("%s: %w", s.p.Field.Name(), err)
	}
	return nil
}

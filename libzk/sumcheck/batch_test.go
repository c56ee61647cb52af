package sumcheck

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// system is a batch of subjects.
type system[E comparable] struct {
	f        field.Field[E]
	subjects []subject[E]
	uses     []Use[E]
	batch    *Batch[E]
}

func newSystem[E comparable](f field.Field[E]) *system[E] { return &system[E]{f: f} }

func (y *system[E]) add(s subject[E], copies int, clear bool) {
	y.subjects = append(y.subjects, s)
	y.uses = append(y.uses, Use[E]{s.c, copies, clear})
	y.batch = NewBatch(y.f, y.uses)
}

// random is a circuit of the given depth over a few wires: products and sums of
// the wires below, what comes out compared with inputs, and an assertion on the
// way.
func random[E comparable](f field.Field[E], rng *rand.Rand, depth, width int) subject[E] {
	b := circuit.NewBuilder(f, fmt.Sprint("random ", depth, " ", width))
	type step struct{ a, b, c int }
	var steps [][]step
	cur, results, square := b.InputVector(width), b.InputVector(width), b.Input()
	for range depth - 1 {
		var level []step
		next := make([]circuit.Expr[E], width)
		for w := range width {
			s := step{rng.IntN(width), rng.IntN(width), rng.IntN(width)}
			next[w] = b.Wire(b.Add(b.Mul(cur[s.a], cur[s.b]), b.Scale(f.CodePoint(7), cur[s.c])))
			level = append(level, s)
		}
		steps = append(steps, level)
		cur = next
	}
	for w := range width {
		b.AssertEqual(b.Mul(cur[w], cur[w]), results[w], "result")
	}
	b.AssertEqual(b.Mul(results[0], results[0]), square, "square")
	return subject[E]{f, b.Build(), func(i int) []E {
		v := []E{}
		for w := range width {
			v = append(v, f.CodePoint(100*i+w+2))
		}
		in := append([]E{f.One()}, v...)
		for _, level := range steps {
			var next []E
			for _, s := range level {
				next = append(next, f.Add(f.Mul(v[s.a], v[s.b]), f.Mul(f.CodePoint(7), v[s.c])))
			}
			v = next
		}
		for _, e := range v {
			in = append(in, f.Mul(e, e))
		}
		e := in[width+1]
		return append(in, f.Mul(e, e))
	}}
}

// adder is a full adder of bits beside an element: wires that are packed as bits,
// and some that are not.
func adder[E comparable](f field.Field[E]) subject[E] {
	b := circuit.NewBuilder(f, "adder")
	x, y, z, k, out := b.Input(), b.Input(), b.Input(), b.Input(), b.Input()
	carry := b.Wire(b.Add(b.Mul(x, y), b.Mul(x, z), b.Mul(y, z)))
	scaled := b.Wire(b.Mul(k, z))
	b.AssertEqual(b.Mul(carry, b.Wire(b.Add(scaled, x))), out, "adder")
	return subject[E]{f, b.Build(), func(i int) []E {
		bit := func(j int) E { return f.FromUint64(uint64((i + 3) >> j & 1)) }
		x, y, z, k := bit(0), bit(1), bit(2), f.CodePoint(i+40)
		carry := f.Add(f.Mul(x, y), f.Add(f.Mul(x, z), f.Mul(y, z)))
		return []E{f.One(), x, y, z, k, f.Mul(carry, f.Add(f.Mul(k, z), x))}
	}}
}

// drawPads draws pads with the right products.
func (y *system[E]) drawPads(rng *rand.Rand) []E {
	pads := make([]E, y.batch.Pads())
	for i := range pads {
		pads[i] = y.f.Mul(y.f.CodePoint(1+rng.IntN(1<<16-1)), y.f.FromUint64(rng.Uint64()|1))
	}
	for _, p := range y.batch.PadProducts() {
		pads[p.Z] = y.f.Mul(pads[p.X], pads[p.Y])
	}
	return pads
}

func (y *system[E]) wires() (ws []*circuit.Wires[E]) {
	for i, s := range y.subjects {
		ws = append(ws, s.c.EvaluateUnchecked(s.layout(y.uses[i].Copies, y.uses[i].Copies), y.uses[i].Copies))
	}
	return ws
}

func (y *system[E]) prove(t testing.TB, pads []E) *BatchProof[E] {
	t.Helper()
	p, err := y.batch.Prove(fresh(), y.wires(), pads)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (y *system[E]) replay(t testing.TB, m []LevelMessages[E]) *BatchProof[E] {
	t.Helper()
	p, err := y.batch.Replay(fresh(), m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// failing names the first constraint that pads and inputs do not satisfy.
func (y *system[E]) failing(claims *BatchClaims[E], pads []E) string {
	f := y.f
	var zero E
	sum := func(c *Constraint[E]) E {
		v := c.Constant
		for _, t := range c.Terms {
			v = f.Add(v, f.Mul(t.K, pads[t.Pad]))
		}
		return v
	}
	for d := range claims.Levels {
		if sum(&claims.Levels[d]) != zero {
			return fmt.Sprint("level ", len(claims.Levels)-d)
		}
	}
	for i := range claims.Inputs {
		in := &claims.Inputs[i]
		v := sum(&in.Constraint)
		for c := range y.uses[i].Copies {
			v = f.Add(v, f.Mul(in.Copy[c], f.Dot(in.Wire, y.subjects[i].inputs(c))))
		}
		if v != zero {
			return fmt.Sprint("inputs of circuit ", i)
		}
	}
	return ""
}

func (y *system[E]) slow(pads []E) *slow[E] {
	s := &slow[E]{f: y.f, uses: y.uses, pads: pads, t: fresh()}
	for i := range y.subjects {
		s.in = append(s.in, y.subjects[i].inputs)
	}
	return s
}

// falsify makes an input of a copy false, as committed: the map is right for it.
func (y *system[E]) falsify(i, copy, wire int, by E) {
	honest := y.subjects[i].inputs
	y.subjects[i].inputs = func(c int) []E {
		in := honest(c)
		if c == copy {
			in[wire] = y.f.Add(in[wire], by)
		}
		return in
	}
}

// systems are batches that differ in depths, copies and widths; the last circuit
// of most is the clear rows.
func systems[E comparable](f field.Field[E]) (out []*system[E]) {
	rng := rand.New(rand.NewPCG(5, 5))
	type part struct{ depth, width, copies int } // depth 0: narrow; -1: rows; -2: clear rows; -3: adder
	for _, parts := range [][]part{
		{{-2, 0, 5}},
		{{1, 2, 1}},
		{{3, 2, 1}, {-2, 0, 2}},
		{{3, 1, 4}, {1, 3, 1}, {-2, 0, 5}}, // a late circuit, wider, one copy
		{{3, 3, 1}, {2, 1, 5}, {-2, 0, 9}}, // κ grows level by level
		{{1, 1, 9}, {2, 2, 8}, {3, 3, 3}},  // from the narrow and many to the wide and few
		{{2, 1, 2}, {2, 3, 4}, {2, 2, 1}},  // all join at once
		{{0, 0, 3}, {4, 1, 2}, {-1, 0, 8}}, // no hand rounds of its own
		{{4, 1, 1}, {3, 1, 1}, {2, 1, 1}, {1, 1, 1}},
		{{-3, 0, 9}, {2, 1, 3}, {-2, 0, 5}},
		{{-3, 0, 1}, {-3, 0, 8}},
		{{1, 1, 1}, {2, 1, 16}, {3, 1, 17}, {-2, 0, 3}},
	} {
		y := newSystem(f)
		for _, p := range parts {
			switch p.depth {
			case 0:
				y.add(narrow(f), p.copies, false)
			case -3:
				y.add(adder(f), p.copies, false)
			case -1, -2:
				y.add(rows(f), p.copies, p.depth == -2)
			default:
				y.add(random(f, rng, p.depth, p.width), p.copies, false)
			}
		}
		out = append(out, y)
	}
	return out
}

// bothFields runs a test over both fields.
func bothFields(t *testing.T, gf func(*testing.T, []*system[gf128.Elem]), p func(*testing.T, []*system[p256.Elem])) {
	t.Run("gf2_128", func(t *testing.T) { gf(t, systems(gf128.Field{})) })
	t.Run("p256", func(t *testing.T) { p(t, systems(p256.Field{})) })
}

// TestBatchIsTheDocument: prover and verifier say, draw and accept what a prover
// and a verifier do that are written from the document.
func TestBatchIsTheDocument(t *testing.T) {
	bothFields(t, testDocument[gf128.Elem], testDocument[p256.Elem])
}

func testDocument[E comparable](t *testing.T, ys []*system[E]) {
	for k, y := range ys {
		pads := y.drawPads(rand.New(rand.NewPCG(uint64(k), 1)))
		p := y.prove(t, pads)
		reference := y.slow(pads)
		want, failing := reference.run(nil)
		if failing != "" {
			t.Fatalf("system %d: reference prover: %s", k, failing)
		}
		if fmt.Sprint(p.Messages) != fmt.Sprint(want) {
			t.Errorf("system %d: other messages than the reference", k)
		}
		verifier := y.slow(pads)
		if _, failing := verifier.run(p.Messages); failing != "" {
			t.Errorf("system %d: reference verifier: %s", k, failing)
		}
		replayed := y.replay(t, p.Messages)
		if fmt.Sprint(order(y.batch, replayed)) != fmt.Sprint(verifier.record[maxLog:]) {
			t.Errorf("system %d: other challenges than the reference", k)
		}
		claims := replayed.Claims()
		if failing := y.failing(claims, pads); failing != "" {
			t.Errorf("system %d: %s fails", k, failing)
		}
		// The prover, who knows the bound layers early, gets the same constraints.
		if fmt.Sprint(*p.Claims()) != fmt.Sprint(*claims) {
			t.Errorf("system %d: prover's and verifier's constraints differ", k)
		}
		if len(claims.Levels)+len(claims.Inputs) != y.batch.Constraints() {
			t.Errorf("system %d: %d constraints announced", k, y.batch.Constraints())
		}
	}
}

// order lists the challenges that a batch keeps, in the order in which they are
// drawn: all but the initial copy point, the first.
func order[E comparable](b *Batch[E], p *BatchProof[E]) (es []E) {
	es = append(es, p.challenges.outputs...)
	for d := range b.levels {
		c := &p.challenges.levels[d]
		es = append(append(es, c.weights...), c.alpha, c.beta)
		es = append(es, c.copyPoint...)
		for i := range c.hands[0] {
			es = append(es, c.hands[0][i], c.hands[1][i])
		}
	}
	return append(es, p.challenges.gamma)
}

// TestBatchRefusesFalseSystems: each input of each circuit in its first and last
// copy, changed alone and proven honestly, is refused by Claims and by the
// reference exactly if it makes the circuit false.
func TestBatchRefusesFalseSystems(t *testing.T) {
	bothFields(t, testFalseSystems[gf128.Elem], testFalseSystems[p256.Elem])
}

func testFalseSystems[E comparable](t *testing.T, ys []*system[E]) {
	for k, y := range ys {
		pads := y.drawPads(rand.New(rand.NewPCG(uint64(k), 2)))
		for i, u := range y.uses {
			honest := y.subjects[i].inputs
			for wire := 1; wire < u.Circuit.Inputs(); wire++ {
				for _, copy := range []int{0, u.Copies - 1} {
					y.falsify(i, copy, wire, y.f.CodePoint(5))
					// A few changes leave a circuit true: a factor of what is zero.
					_, violation := u.Circuit.Evaluate(y.subjects[i].layout(u.Copies, u.Copies), u.Copies)
					p := y.prove(t, pads)
					if failing := y.failing(y.replay(t, p.Messages).Claims(), pads); (failing == "") != (violation == nil) {
						t.Errorf("system %d: input %d of copy %d of circuit %d changed: %v, fails at %q", k, wire, copy, i, violation, failing)
					}
					if wire == 1 {
						if _, failing := y.slow(pads).run(p.Messages); (failing == "") != (violation == nil) {
							t.Errorf("system %d: circuit %d: %v, the reference fails at %q", k, i, violation, failing)
						}
					}
					y.subjects[i].inputs = honest
				}
			}
		}
	}
}

// TestBatchEveryElementMatters alters each element of the messages and each pad.
// A changed message also changes every challenge after it, and none before.
func TestBatchEveryElementMatters(t *testing.T) {
	bothFields(t, testBatchElements[gf128.Elem], testBatchElements[p256.Elem])
}

func testBatchElements[E comparable](t *testing.T, ys []*system[E]) {
	for k, y := range ys {
		pads := y.drawPads(rand.New(rand.NewPCG(uint64(k), 3)))
		p := y.prove(t, pads)
		base := order(y.batch, y.replay(t, p.Messages))
		count := 0
		// at is the number of challenges before the element.
		alter := func(name string, e *E, at int) {
			count++
			old := *e
			*e = y.f.Add(old, y.f.One())
			replayed := y.replay(t, p.Messages)
			if y.failing(replayed.Claims(), pads) == "" {
				t.Errorf("system %d: %s altered and accepted", k, name)
			}
			for i, c := range order(y.batch, replayed) {
				if (c == base[i]) != (i < at) {
					t.Errorf("system %d: %s altered: challenge %d of %d, the first after it is %d", k, name, i, len(base), at)
					break
				}
			}
			*e = old
		}
		at, want := maxLog, 0
		for d := range p.Messages {
			m := &p.Messages[d]
			at += len(m.Claims) + 2
			for i := range m.Rounds {
				for h := range 2 {
					alter(fmt.Sprintf("level %d from the top, round %d, element %d", d, i, h), &m.Rounds[i][h], at)
				}
				at++
			}
			for i := range m.Claims {
				for h := range 2 {
					alter(fmt.Sprintf("level %d from the top, circuit %d, claim %d", d, i, h), &m.Claims[i][h], at)
				}
			}
			l := &y.batch.levels[d]
			want += 2*(l.copies+2*l.wires) + 2*len(l.active)
		}
		if count != want {
			t.Errorf("system %d: %d elements, want %d", k, count, want)
		}
		replayed := y.replay(t, p.Messages).Claims()
		for i := range pads {
			pads[i] = y.f.Add(pads[i], y.f.One())
			if y.failing(replayed, pads) == "" {
				t.Errorf("system %d: pad %d altered and accepted", k, i)
			}
			pads[i] = y.f.Sub(pads[i], y.f.One())
		}
	}
}

// TestBatchChallengesAreDrawn: no challenge is a constant or another one, and all
// differ between two transcripts.
func TestBatchChallengesAreDrawn(t *testing.T) {
	for k, y := range systems(gf128.Field{}) {
		p := y.prove(t, y.drawPads(rand.New(rand.NewPCG(uint64(k), 4))))
		seen := map[gf128.Elem]bool{{}: true, y.f.One(): true, y.f.SumcheckPoint(): true}
		for _, label := range []string{"a", "b"} {
			replayed, err := y.batch.Replay(transcript.New([]byte(label)), p.Messages)
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range append(order(y.batch, replayed), replayed.challenges.levels[0].above...) {
				if seen[c] {
					t.Fatalf("system %d: challenge %d is a constant or another challenge", k, i)
				}
				seen[c] = true
			}
		}
	}
}

// TestBatchSwapped: claims of two circuits exchanged, in each level; the two
// hands' claims exchanged.
func TestBatchSwapped(t *testing.T) {
	for k, y := range systems(gf128.Field{}) {
		pads := y.drawPads(rand.New(rand.NewPCG(uint64(k), 5)))
		p := y.prove(t, pads)
		refused := func(name string) {
			t.Helper()
			if y.failing(y.replay(t, p.Messages).Claims(), pads) == "" {
				t.Errorf("system %d: %s: accepted", k, name)
			}
		}
		for d := range p.Messages {
			c := p.Messages[d].Claims
			for i := range c {
				for j := range i {
					c[i], c[j] = c[j], c[i]
					refused(fmt.Sprintf("level %d: claims of circuits %d and %d exchanged", d, i, j))
					c[i], c[j] = c[j], c[i]
				}
				c[i][0], c[i][1] = c[i][1], c[i][0]
				refused(fmt.Sprintf("level %d: claims of circuit %d exchanged", d, i))
				c[i][0], c[i][1] = c[i][1], c[i][0]
			}
		}
	}
}

// TestBatchCancelling: falsehoods of two circuits that would cancel at equal
// weights, and of copies and outputs that would at a constant point.
func TestBatchCancelling(t *testing.T) {
	f := gf128.Field{}
	b := circuit.NewBuilder(f, "two zeros")
	b.AssertZero(b.Input(), "first")
	b.AssertZero(b.Input(), "second")
	c := b.Build()
	zero := func(copies int) (*system[gf128.Elem], []gf128.Elem) {
		y := newSystem(f)
		for range 2 {
			y.add(subject[gf128.Elem]{f, c, func(int) []gf128.Elem { return []gf128.Elem{f.One(), {}, {}} }}, copies, false)
		}
		return y, y.drawPads(rand.New(rand.NewPCG(6, 6)))
	}
	eps := gf128.Elem{Lo: 12345, Hi: 678}
	for _, x := range []gf128.Elem{{}, f.One(), f.SumcheckPoint()} {
		other := f.Add(x, f.One())
		for name, lie := range map[string]func(y *system[gf128.Elem]){
			"two circuits": func(y *system[gf128.Elem]) { y.falsify(0, 0, 1, eps); y.falsify(1, 0, 1, eps) },
			"two copies":   func(y *system[gf128.Elem]) { y.falsify(0, 0, 1, x); y.falsify(0, 1, 1, other) },
			"two outputs":  func(y *system[gf128.Elem]) { y.falsify(1, 1, 1, x); y.falsify(1, 1, 2, other) },
		} {
			y, pads := zero(2)
			if failing := y.failing(y.replay(t, y.prove(t, pads).Messages).Claims(), pads); failing != "" {
				t.Fatal(failing)
			}
			lie(y)
			if y.failing(y.replay(t, y.prove(t, pads).Messages).Claims(), pads) == "" {
				t.Errorf("%s at %v: accepted", name, x)
			}
		}
	}
}

// TestBatchOfOne: a single circuit of weight one is the sumcheck of a circuit by
// itself.
func TestBatchOfOne(t *testing.T) {
	testBatchOfOne(t, ladder(gf128.Field{}))
	testBatchOfOne(t, narrow(gf128.Field{}))
	testBatchOfOne(t, rows(p256.Field{}))
}

func testBatchOfOne[E comparable](t *testing.T, s subject[E]) {
	for _, n := range copyCounts {
		y := newSystem(s.f)
		y.add(s, n, false)
		pads := s.pads(n, false, rand.New(rand.NewPCG(uint64(n), 7)))
		single := s.prove(t, s.layout(n, n), n, pads, false)
		ch := single.challenges
		script := append(slices.Clone(ch.copyPoint), make([]E, maxLog-len(ch.copyPoint))...)
		script = append(append(script, ch.outPoint...), make([]E, maxLog-len(ch.outPoint))...)
		for _, l := range ch.layers {
			script = append(append(script, s.f.One(), l.alpha, l.beta), l.copyPoint...)
			for i := range l.hands[0] {
				script = append(script, l.hands[0][i], l.hands[1][i])
			}
		}
		script = append(script, ch.gamma)
		y.batch.draw = func(*transcript.Transcript, field.Field[E]) E {
			e := script[0]
			script = script[1:]
			return e
		}
		p := y.prove(t, pads)
		if len(script) != 0 || len(pads) != y.batch.Pads() || len(p.Messages) != len(single.Messages) {
			t.Fatalf("%d copies: %d challenges left", n, len(script))
		}
		for j, l := range single.Messages {
			if fmt.Sprint(l.Rounds, [][2]E{l.Claims}) != fmt.Sprint(p.Messages[j].Rounds, p.Messages[j].Claims) {
				t.Errorf("%d copies: layer %d differs", n, j)
			}
		}
		claims, err := single.Claims(s.c, n, false)
		if err != nil {
			t.Fatal(err)
		}
		if batch := p.Claims(); fmt.Sprint(claims.Layers, []InputClaim[E]{claims.Input}) != fmt.Sprint(batch.Levels, batch.Inputs) {
			t.Errorf("%d copies: other constraints", n)
		}
	}
}

// TestBatchDegenerateChallenge: a zero coordinate of a copy point in which claims
// are made is refused by both sides, whether it is of the initial point or a
// challenge of the level above.
func TestBatchDegenerateChallenge(t *testing.T) {
	f := gf128.Field{}
	y := newSystem(f)
	y.add(random(f, rand.New(rand.NewPCG(8, 8)), 2, 1), 4, false)
	y.add(rows(f), 8, true)
	pads := y.drawPads(rand.New(rand.NewPCG(8, 9)))
	m := y.prove(t, pads).Messages
	top := &y.batch.levels[0]
	start := 2*maxLog + len(top.active) + 2
	for at, bad := range map[int]bool{
		-1: false, 0: true, 1: true, 2: false, // two bits at the top, the first one again below
		start: true, start + 1: true, start + 2: false, // copy rounds, then hands
	} {
		run := func(side func() error) error {
			n := 0
			y.batch.draw = func(t *transcript.Transcript, f field.Field[gf128.Elem]) gf128.Elem {
				if n++; n-1 == at {
					return gf128.Elem{}
				}
				return transcript.Challenge(t, f)
			}
			return side()
		}
		for name, side := range map[string]func() error{
			"prover":   func() error { _, err := y.batch.Prove(fresh(), y.wires(), pads); return err },
			"verifier": func() error { _, err := y.batch.Replay(fresh(), m); return err },
		} {
			if err := run(side); errors.Is(err, ErrChallenge) != bad {
				t.Errorf("challenge %d is zero: %s: %v", at, name, err)
			}
		}
	}
}

// TestBatchSteps: by hand.
func TestBatchSteps(t *testing.T) {
	f := gf128.Field{}
	y := newSystem(f)
	y.add(narrow(f), 3, false) // two layers of one wire
	y.add(rows(f), 9, true)    // one layer, four wires, one output
	// Initial point 2, γ 1; level 2: 3 + 2 and two rounds; level 1: 3 + 4 and 4 + 2·2.
	if got, want := y.batch.Steps(), 2+1+(3+2+2*2)+(3+4+2*8); got != want {
		t.Errorf("%d steps, want %d", got, want)
	}
	for k, y := range systems(f) {
		most := 0
		for _, u := range y.uses {
			one := NewBatch(f, []Use[gf128.Elem]{u})
			most = max(most, one.Steps())
		}
		if y.batch.Steps() < most {
			t.Errorf("system %d: %d steps, one of its circuits alone has %d", k, y.batch.Steps(), most)
		}
	}
}

// TestBatchPads: level by level, and each is in the constraints: one that is not
// would hide nothing.
func TestBatchPads(t *testing.T) {
	for k, y := range systems(gf128.Field{}) {
		pads := y.drawPads(rand.New(rand.NewPCG(uint64(k), 10)))
		p := y.prove(t, pads)
		used := map[int]bool{}
		claims := p.Claims()
		for _, c := range claims.Levels {
			for _, term := range c.Terms {
				used[term.Pad] = true
			}
		}
		want, products := 0, []PadProduct{}
		for d, m := range p.Messages {
			want += 2 * len(m.Rounds)
			for _, a := range y.batch.levels[d].active {
				if !y.uses[a.use].Clear {
					products = append(products, PadProduct{want, want + 1, want + 2})
					want += 3
				}
			}
		}
		if y.batch.Pads() != want || len(used) != want {
			t.Errorf("system %d: %d pads, %d in the constraints, want %d", k, y.batch.Pads(), len(used), want)
		}
		if fmt.Sprint(y.batch.PadProducts()) != fmt.Sprint(products) {
			t.Errorf("system %d: products %v, want %v", k, y.batch.PadProducts(), products)
		}
	}
}

// TestBatchInParts: circuits so large that each is proven on a goroutine of its own.
func TestBatchInParts(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	rng := rand.New(rand.NewPCG(21, 21))
	y := newSystem[gf128.Elem](gf128.Field{})
	y.add(random(y.f, rng, 3, 12), 600, false)
	y.add(adder(y.f), 900, false)
	y.add(random(y.f, rng, 2, 5), 3, false)
	y.add(rows(y.f), 250, true)
	pads := y.drawPads(rng)
	if bad := y.failing(y.replay(t, y.prove(t, pads).Messages).Claims(), pads); bad != "" {
		t.Errorf("%s does not hold", bad)
	}
}

// TestBatchOnProcessors: what a prover says does not depend on how many processors it has, where
// large layers get ready beside the rounds of circuits with more copies.
func TestBatchOnProcessors(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 22))
	y := newSystem[gf128.Elem](gf128.Field{})
	y.add(adder(y.f), 900, false)
	y.add(random(y.f, rng, 3, 7000), 3, false)
	y.add(random(y.f, rng, 2, 5000), 1, false)
	pads := y.drawPads(rng)
	prove := func(processors int) []LevelMessages[gf128.Elem] {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		return y.prove(t, pads).Messages
	}
	alone := prove(1)
	for range 3 {
		if !reflect.DeepEqual(prove(4), alone) {
			t.Error("with four processors the messages are others than with one")
		}
	}
}

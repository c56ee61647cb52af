package opening

import (
	"crypto/rand"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/tom256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// pointSetting is a vector committed by points and a true claim about it.
type pointSetting struct {
	f     p256.Field
	g     Geometry
	p     *Points
	claim Claim[p256.Elem]
}

func newPointSetting(t testing.TB, full int) *pointSetting {
	t.Helper()
	s := &pointSetting{}
	var err error
	if s.g, err = NewPointGeometry(full, tom256.Size, s.f.Size()); err != nil {
		t.Fatal(err)
	}
	v, a := s.sample(t, full), s.sample(t, full)
	if s.p, err = CommitPoints(s.g, Vector[p256.Elem]{Full: v}, rand.Reader); err != nil {
		t.Fatal(err)
	}
	s.claim = Claim[p256.Elem]{Full: a, Value: s.f.Dot(a, v)}
	return s
}

func (s *pointSetting) sample(t testing.TB, n int) []p256.Elem {
	v := make([]p256.Elem, n)
	for i := range v {
		var err error
		if v[i], err = s.f.Sample(rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// verify replays an answer and checks it.
func (s *pointSetting) verify(commitments []tom256.Point, claim Claim[p256.Elem], a *Answer[p256.Elem], blinder p256.Elem) error {
	k, err := ReplayPoints(transcript.New([]byte("points")), s.g, commitments, claim, a, blinder)
	if err != nil {
		return err
	}
	return k.Verify()
}

func (s *pointSetting) answer(t testing.TB) (*Answer[p256.Elem], p256.Elem) {
	t.Helper()
	a, blinder, err := s.p.Answer(transcript.New([]byte("points")), s.claim)
	if err != nil {
		t.Fatal(err)
	}
	return a, blinder
}

func TestPoints(t *testing.T) {
	for _, full := range []int{1, 2, 3, 9, 40, 333} {
		s := newPointSetting(t, full)
		a, blinder := s.answer(t)
		if err := s.verify(s.p.Commitments, s.claim, a, blinder); err != nil {
			t.Errorf("%d elements in %d rows: %v", full, s.g.Rows(), err)
		}
	}
}

// Each part of an answer, each commitment and the claim are held to the others.
func TestPointsRefused(t *testing.T) {
	s := newPointSetting(t, 100)
	f := s.f
	if s.g.Rows() < 4 {
		t.Fatalf("geometry %+v", s.g)
	}
	refused := func(what string, want error, commitments []tom256.Point, claim Claim[p256.Elem], a *Answer[p256.Elem], blinder p256.Elem) {
		t.Helper()
		if err := s.verify(commitments, claim, a, blinder); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	a, blinder := s.answer(t)
	for i, e := range a.Elems() {
		old := *e
		*e = f.Add(old, f.One())
		if err := s.verify(s.p.Commitments, s.claim, a, blinder); err == nil {
			t.Errorf("element %d of the answer changed: accepted", i)
		}
		*e = old
	}
	refused("blinder", ErrPoints, s.p.Commitments, s.claim, a, f.Add(blinder, f.One()))
	claim := s.claim
	claim.Value = f.Add(claim.Value, f.One())
	refused("value", ErrValue, s.p.Commitments, claim, a, blinder)
	for i := range s.p.Commitments {
		other := slices.Clone(s.p.Commitments)
		other[i] = other[i].Neg()
		refused("opposite commitment", ErrPoints, other, s.claim, a, blinder)
		j := (i + 1) % len(other)
		other = slices.Clone(s.p.Commitments)
		other[i], other[j] = other[j], other[i]
		refused("exchanged commitments", ErrPoints, other, s.claim, a, blinder)
	}
	if err := s.verify(s.p.Commitments[1:], s.claim, a, blinder); err == nil {
		t.Error("a commitment missing: accepted")
	}
}

// A prover that knows how its answer is checked and opens a false claim: it adapts the
// sum of the mask columns, the mask's functional, or the answered row so that the
// functional fits. Only the commitments notice the last.
func TestPointsFalseClaim(t *testing.T) {
	s := newPointSetting(t, 60)
	f := s.f
	s.claim.Value = f.Add(s.claim.Value, f.One())
	ch := transcript.New([]byte("points"))
	a, c, err := s.p.m.answer(wire[p256.Elem]{ch, f}, s.claim)
	if err != nil {
		t.Fatal(err)
	}
	blinder := f.Dot(pointWeights(s.g, c), s.p.blinders)
	if err := s.verify(s.p.Commitments, s.claim, a, blinder); !errors.Is(err, ErrValue) {
		t.Errorf("without adapting: %v, want %v", err, ErrValue)
	}
	// One element of the row that the functional reads, by what is missing; the row
	// follows all challenges.
	k, err := Replay(transcript.New([]byte("points")), f, s.g, s.claim, a)
	if err != nil {
		t.Fatal(err)
	}
	missing := f.Sub(f.Add(a.Mask, f.Mul(k.coins.scale, k.value)),
		f.Add(f.Dot(k.masks, a.Row[:s.g.data()]), f.Dot(k.data, a.Row[s.g.data():])))
	a.Row[0] = f.Add(a.Row[0], missing) // the coefficient of mask column 0 is 1
	if err := s.verify(s.p.Commitments, s.claim, a, blinder); !errors.Is(err, ErrPoints) {
		t.Errorf("row adapted: %v, want %v", err, ErrPoints)
	}
}

// TestPointsFitted: a commitment chosen after the challenges opens a false claim. The
// answered row is adapted as in TestPointsFalseClaim, and the mask row's commitment is
// moved by as much. So the caller has to absorb every commitment before it draws anything,
// see libzk.TestLine20CommitmentBeforeChallenges; nothing here can notice.
func TestPointsFitted(t *testing.T) {
	s := newPointSetting(t, 60)
	f := s.f
	s.claim.Value = f.Add(s.claim.Value, f.One())
	a, blinder := s.answer(t)
	k, err := Replay(transcript.New([]byte("points")), f, s.g, s.claim, a)
	if err != nil {
		t.Fatal(err)
	}
	missing := f.Sub(f.Add(a.Mask, f.Mul(k.coins.scale, k.value)),
		f.Add(f.Dot(k.masks, a.Row[:s.g.data()]), f.Dot(k.data, a.Row[s.g.data():])))
	a.Row[0] = f.Add(a.Row[0], missing)
	fitted := slices.Clone(s.p.Commitments)
	fitted[0] = tom256.Combine([]tom256.Point{fitted[0], tom256.Generator(0)}, []p256.Elem{f.One(), missing})
	if err := s.verify(fitted, s.claim, a, blinder); err != nil {
		t.Errorf("a commitment fitted to the answer: %v; the test tests nothing", err)
	}
	if err := s.verify(s.p.Commitments, s.claim, a, blinder); !errors.Is(err, ErrPoints) {
		t.Errorf("the commitment that was absorbed: %v, want %v", err, ErrPoints)
	}
}

// Nothing of one commitment recurs in the next to the same vector: commitments,
// blinders, the mask row and mask columns.
func TestPointsFresh(t *testing.T) {
	s := newPointSetting(t, 50)
	v := Vector[p256.Elem]{Full: s.claim.Full}
	points, elems := map[tom256.Point]bool{}, map[p256.Elem]bool{}
	for range 20 {
		p, err := CommitPoints(s.g, v, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Commitments) != s.g.Rows()+1 || len(p.blinders) != s.g.Rows()+1 {
			t.Fatalf("%d commitments, %d blinders", len(p.Commitments), len(p.blinders))
		}
		for _, c := range p.Commitments {
			if points[c] {
				t.Fatal("a commitment recurs")
			}
			points[c] = true
		}
		last := len(p.m.rows) - 1
		for _, random := range [][]p256.Elem{p.blinders, p.m.mask, p.m.rows[0][:s.g.data()], p.m.rows[last][:s.g.data()]} {
			for _, e := range random {
				if elems[e] {
					t.Fatal("a random element recurs")
				}
				elems[e] = true
			}
		}
		for _, row := range p.m.rows[1:last] {
			for _, e := range row[:s.g.data()] {
				if e != (p256.Elem{}) {
					t.Fatal("a mask column of an inner row is filled")
				}
			}
		}
	}
}

// The geometry is the smallest of all, by trying each.
func TestPointGeometry(t *testing.T) {
	for _, full := range []int{1, 2, 3, 10, 57, 783, 1551, 6000} {
		least, rows := math.MaxInt, 0
		for r := 2; r <= full+1; r++ {
			log := 1
			for 1<<log < r {
				log++
			}
			block := log + 1 + (full+r-1)/r
			if n := 33*(r+1) + 32*(block+1) + 32*(2*log+2); n < least {
				least, rows = n, r
			}
		}
		g, err := NewPointGeometry(full, 33, 32)
		if err != nil {
			t.Fatal(err)
		}
		n := 33*(g.Rows()+1) + 32*(g.AnswerElems()+1)
		if n != least || g.Rows() != rows || g.Rows()*g.Width() < full || g.Random() != 0 || g.ShortRows != 0 || 1<<g.Log < g.Rows() || 1<<(g.Log-1) >= g.Rows() {
			t.Errorf("%d elements: %+v with %d bytes, want %d rows with %d", full, g, n, rows, least)
		}
		if e := g.Error(256); e != float64(2*g.Log+2)*math.Exp2(-256) {
			t.Errorf("error %g", e)
		}
	}
	if _, err := NewPointGeometry(0, 33, 32); err == nil {
		t.Error("rows for nothing")
	}
}

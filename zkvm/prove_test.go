package zkvm

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"
)

func TestJane(t *testing.T) {
	f := newFixture(t, janeQuery, janeClaims)
	if string(f.st.Output) != `{"result":true}` {
		t.Fatalf("output %s", f.st.Output)
	}
	start := time.Now()
	proof, err := Prove(context.Background(), f.st, f.secrets)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("proved in %v, %d bytes", time.Since(start), len(proof))
	start = time.Now()
	if err := Verify(f.st, proof); err != nil {
		t.Fatal(err)
	}
	t.Logf("verified in %v", time.Since(start))
	infos, _ := Circuits(f.st)
	for _, i := range infos {
		t.Logf("%+v", i)
	}
	st := *f.st
	st.Output = []byte(`{"result":false}`)
	if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
		t.Errorf("other output: %v", err)
	}
}

// TestProveStopsBetweenSteps: a proof that nobody wants any more goes no further than its step.
func TestProveStopsBetweenSteps(t *testing.T) {
	t.Parallel()
	for _, last := range []string{"laying out", "committing"} {
		f := newFixture(t, janeQuery, janeClaims)
		ctx, cancel := context.WithCancel(context.Background())
		told := ""
		_, err := Prove(ctx, f.st, f.secrets, WithProgress(func(step string, _, _ int) {
			if told = step; step == last {
				cancel()
			}
		}))
		if !errors.Is(err, context.Canceled) || told != last {
			t.Errorf("stopped at %q: got as far as %q, %v", last, told, err)
		}
	}
}

// TestProveEndsAtAnError: another attempt is made after a degenerate challenge alone.
func TestProveEndsAtAnError(t *testing.T) {
	t.Parallel()
	f := newFixture(t, janeQuery, janeClaims)
	other, attempts := errors.New("another error"), 0
	_, err := Prove(context.Background(), f.st, f.secrets, func(o *options) {
		o.related = func(*plan, []byte) error {
			attempts++
			return other
		}
	})
	if !errors.Is(err, other) || attempts != 1 {
		t.Errorf("%d attempts, %v", attempts, err)
	}
}

// TestPlanWithoutRandomness: where masks cannot be drawn nothing is laid out.
func TestPlanWithoutRandomness(t *testing.T) {
	t.Parallel()
	f := newFixture(t, janeQuery, janeClaims)
	if _, err := newPlan(f.st, f.secrets, iotest.ErrReader(io.ErrNoProgress)); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
}

// TestPlanOfAnUnknownOperator: what this package does not know it does not leave out.
func TestPlanOfAnUnknownOperator(t *testing.T) {
	t.Parallel()
	f := newFixture(t, janeQuery, janeClaims)
	expressions := 0
	for i := range f.st.Program.Body {
		if e := f.st.Program.Body[i].Expr; e != nil {
			e.Op = 255
			expressions++
		}
	}
	if expressions == 0 {
		t.Fatal("no expression in the program")
	}
	if _, err := newPlan(f.st, nil, nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

// TestPlanOfAnUnknownOperatorInABranch: nor what stands in a branch, with all that follows it there.
func TestPlanOfAnUnknownOperatorInABranch(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"then", "else"} {
		f := newFixture(t, `[{"if":{"condition":{"dvar":"c"},"then":[{"output":{"r":{"dvar":"c"}}}],"else":[{"output":{"r":{"dvar":"c"}}}]}}]`, `{"c":true}`)
		branch := f.st.Program.Body[0].Then
		if name == "else" {
			branch = f.st.Program.Body[0].Else
		}
		branch[0].Expr.Op = 255
		if _, err := newPlan(f.st, nil, nil); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

package stage

import (
	"log/slog"
	"testing"
)

func start(t *testing.T, options Options) *Stage {
	t.Helper()
	options.Dir = t.TempDir()
	options.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestWalk(t *testing.T) {
	s := start(t, Options{})
	for _, test := range []struct {
		name    string
		person  Person
		heading string
		price   bool
	}{
		{"Jane", Jane, "10% off is yours", true},
		{"Ravi, another license number", Ravi, "No discount this time", false},
		{"Mia, another last name", Mia, "No discount this time", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, err := s.Walk(t.Context(), test.person, t.Logf)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.Heading(); got != test.heading || w.Status() != 200 {
				t.Fatalf("heading %q, status %d, want %q", got, w.Status(), test.heading)
			}
			if err := w.Get(t.Context(), s.Krisna+"/products/teapot"); err != nil {
				t.Fatal(err)
			}
			if !w.Has("€54.00") || w.Has("€48.60") != test.price {
				t.Errorf("the price with discount is shown: %v, want %v", w.Has("€48.60"), test.price)
			}
		})
	}
}

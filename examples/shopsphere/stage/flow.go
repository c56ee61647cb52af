package stage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Person is a customer with an account at each of the two.
type Person struct {
	Krisna, KrisnaPassword         string
	ShopSphere, ShopSpherePassword string
}

// Jane is the customer of the use case. Ravi has another license number at
// ShopSphere, and Mia another last name.
var (
	Jane = Person{"jane", "jane-at-krisna", "jane", "jane-at-shopsphere"}
	Ravi = Person{"ravi", "ravi-at-krisna", "ravi", "ravi-at-shopsphere"}
	Mia  = Person{"mia", "mia-at-krisna", "mia", "mia-at-shopsphere"}
)

// Walk takes a person through the whole use case without scripts, up to the shop's answer.
// It says what happens as it goes.
func (s *Stage) Walk(ctx context.Context, p Person, say func(format string, args ...any)) (*Walker, error) {
	w := NewWalker()
	steps := []struct {
		say string
		do  func() error
	}{
		{"logs in at Krisna", func() error {
			if err := w.Get(ctx, s.Krisna+"/login?next=/offer"); err != nil {
				return err
			}
			return w.Send(ctx, "/login", map[string]string{"username": p.Krisna, "password": p.KrisnaPassword})
		}},
		{"presses \"Get 10% off\": Krisna makes and signs a request (DVR) for her", func() error {
			return w.Send(ctx, "/offer", nil)
		}},
		{"opens the ShopSphere app with it: the app checks who asks", func() error {
			return w.Send(ctx, "/requests", nil)
		}},
		{"signs in at ShopSphere: the app gets her ID token (authorization code, PKCE)", func() error {
			if err := w.Send(ctx, "/login", nil); err != nil {
				return err
			}
			return w.Send(ctx, "/login", map[string]string{"username": p.ShopSphere, "password": p.ShopSpherePassword})
		}},
		{"reads what is asked and what it reveals, and agrees", func() error {
			return w.Send(ctx, "/agree", nil)
		}},
		{"waits for the proof", func() error { return w.wait(ctx) }},
		{"takes the proof to Krisna", func() error { return w.Send(ctx, "/proofs", nil) }},
		{"has Krisna check it", func() error { return w.Send(ctx, "/proofs/check", nil) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return w, fmt.Errorf("%s: %w", step.say, err)
		}
		say("%s", step.say)
	}
	return w, nil
}

// wait opens the page that shows progress again until it shows something else.
func (w *Walker) wait(ctx context.Context) error {
	for w.Heading() == "Making your answer" {
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := w.Get(ctx, w.url.String()); err != nil {
			return err
		}
	}
	if w.status != 200 {
		return errors.New(w.Heading())
	}
	return nil
}

package e2e

import (
	"context"
	"log/slog"
	"testing"

	"github.com/zkpass-go/zkpass/examples/shopsphere/app"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
	"github.com/zkpass-go/zkpass/local"

	"github.com/zkpass-go/zkpass"
)

// What the consent page says.
const (
	question   = "Is all of this true of your account?"
	shareYes   = "Share “yes”"
	shareNo    = "Share “no”"
	dontShare  = "Don’t share"
	learnsYes  = "Krisna learns: yes, all of this is true"
	learnsNo   = "Krisna would learn: no, not all of it is true"
	madeInPage = "Your answer is made here in your browser"
)

// newStage starts all parties for one test.
func newStage(t *testing.T, options stage.Options) *stage.Stage {
	t.Helper()
	if options.Dir == "" {
		options.Dir = t.TempDir()
	}
	options.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	s, err := stage.Start(context.WithoutCancel(t.Context()), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// login logs in at the shop and goes on to the offer.
func (b *tab) login(s *stage.Stage, p stage.Person) {
	b.t.Helper()
	b.open(s.Krisna + "/login?next=/offer")
	b.fill("username", p.Krisna)
	b.fill("password", p.KrisnaPassword)
	b.press("Log in")
	b.at("10% off for ShopSphere customers")
}

// ask has the shop make a request and takes it to the app.
func (b *tab) ask() {
	b.t.Helper()
	b.press("Get 10% off")
	b.at("One step in the ShopSphere app")
	b.press("Open the ShopSphere app")
}

// signIn signs in at the provider, from the app's first page.
func (b *tab) signIn(p stage.Person) {
	b.t.Helper()
	b.at("Krisna has a question about your ShopSphere account")
	b.press("Sign in with ShopSphere")
	b.at("Sign in")
	b.fill("username", p.ShopSphere)
	b.fill("password", p.ShopSpherePassword)
	b.press("Sign in")
}

// consent goes as far as the page that asks for consent.
func (b *tab) consent(s *stage.Stage, p stage.Person) {
	b.t.Helper()
	b.login(s, p)
	b.ask()
	b.signIn(p)
	b.at(question)
}

// slowService is a service that proves when it is told to, or fails.
type slowService struct {
	resolver zkpass.KeyResolver
	found    string // by attestation
	attest   error
	proceed  chan error
}

func (s *slowService) Attest(context.Context) (string, error) { return s.found, s.attest }

func (s *slowService) Prove(ctx context.Context, dvr, idToken string, progress func(app.Progress)) (string, error) {
	progress(app.Progress{Step: "proving", Fraction: 0.4})
	select {
	case err := <-s.proceed:
		if err != nil {
			return "", err
		}
	case <-ctx.Done():
		return "", ctx.Err()
	}
	result, err := local.Prove(ctx, dvr, map[string]string{"": idToken}, local.Options{Resolver: s.resolver})
	if err != nil {
		return "", err
	}
	return string(result.Token), nil
}

// made makes sure who has made a proof, on the shop's page about it.
func (b *tab) made(by string) {
	b.t.Helper()
	b.press("Technical details")
	b.says(by)
}

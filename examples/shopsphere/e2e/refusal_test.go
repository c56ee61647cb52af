package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/examples/shopsphere/app"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
	"github.com/zkpass-go/zkpass/local"
)

// clock can be moved.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) move(d time.Duration) { c.ahead.Add(int64(d)) }

// noDiscount makes sure that the prices are what they were.
func (b *tab) noDiscount(s *stage.Stage) {
	b.t.Helper()
	b.open(s.Krisna + "/products/teapot")
	b.at("Stoneware teapot")
	b.says("€54.00", "Do you have a ShopSphere account?")
}

// TestOtherCustomers: the name or the license number differs.
func TestOtherCustomers(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{})
	differs := map[string]string{"license number": "DL00539911", "name": "Berg"}
	for name, person := range map[string]stage.Person{"license number": stage.Ravi, "name": stage.Mia} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t)
			b.consent(s, person)
			b.says(learnsNo, "differs", "Yours: "+differs[name])
			b.shoot("consent")
			b.press(shareNo)
			b.at("No discount this time")
			b.says("we do not learn which of them differs")
			b.shoot("no-discount")
			b.noDiscount(s)
		})
	}
}

func TestConsentRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{})
	b := newTab(t)
	b.consent(s, stage.Jane)
	b.press(dontShare)
	b.at("You said no")
	b.says("Nothing was sent to Krisna")
	b.shoot("declined")
	b.press("Back to Krisna")
	b.at("Things for quiet homes")
	b.noDiscount(s)

	// Also before signing in, and while the proof is made.
	b.open(s.Krisna + "/offer")
	b.at("10% off for ShopSphere customers")
	b.press("Get 10% off")
	b.at("One step in the ShopSphere app")
	b.press("Open the ShopSphere app")
	b.at("Krisna has a question about your ShopSphere account")
	b.says("Sign in once more") // still signed in, but not for this question
	b.shoot("sign-in-again")
	b.press("No, thanks")
	b.at("You said no")
}

// TestSwitch: whoever is signed in with another account than the shop asks about changes
// it and keeps the request.
func TestSwitch(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]func() stage.Options{
		"in the page": func() stage.Options { return stage.Options{SDK: sdkFiles(t)} },
		"server":      func() stage.Options { return stage.Options{} },
	} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t)
			s := newStage(t, options())
			b.login(s, stage.Jane)
			b.ask()
			b.signIn(stage.Mia)
			b.at(question)
			b.says(learnsNo, "You are Mia Berg")
			b.press("Not you?")
			b.says("The question is still open")
			b.signIn(stage.Jane)
			b.at(question)
			b.says(learnsYes, "You are Jane Doe")
			b.press(shareYes)
			b.at("10% off is yours")
		})
	}
}

func TestStopped(t *testing.T) {
	t.Parallel()
	service := &slowService{resolver: zkpass.KeySets{}, proceed: make(chan error)}
	s := newStage(t, stage.Options{Service: service})
	b := newTab(t)
	b.consent(s, stage.Jane)
	b.press(shareYes)
	b.at("Making your answer")
	b.says("Making the answer provable")
	b.press("Stop")
	b.at(question)
	b.says("You stopped it. Nothing was sent.")
	b.press(dontShare)
	b.at("You said no")
	b.noDiscount(s)
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{})
	b := newTab(t)
	b.login(s, stage.Jane)
	b.ask()
	b.at("Krisna has a question about your ShopSphere account")
	b.open(s.App + app.CallbackPath + "?code=stolen&state=guessed")
	b.at("This sign-in is over")
	b.shoot("login-over")
}

func TestExpired(t *testing.T) {
	t.Parallel()
	var shop, phone clock
	s := newStage(t, stage.Options{KrisnaNow: shop.now, AppNow: phone.now})

	t.Run("before it is opened", func(t *testing.T) {
		b := newTab(t)
		b.login(s, stage.Jane)
		b.press("Get 10% off")
		b.at("One step in the ShopSphere app")
		phone.move(12 * time.Minute)
		defer phone.move(-12 * time.Minute)
		b.press("Open the ShopSphere app")
		b.at("The request has expired")
		b.says("ask for a new one")
		b.shoot("expired-in-app")
		b.noDiscount(s)
	})
	t.Run("before consent", func(t *testing.T) {
		b := newTab(t)
		b.consent(s, stage.Jane)
		phone.move(12 * time.Minute)
		defer phone.move(-12 * time.Minute)
		b.press(shareYes)
		b.at("The request has expired")
		b.press("Back to Krisna")
		b.at("Things for quiet homes")
		b.noDiscount(s)
	})
	t.Run("before the proof arrives", func(t *testing.T) {
		b := newTab(t).withoutScripts()
		b.consent(s, stage.Jane)
		b.press(shareYes)
		b.at("Your answer is ready")
		shop.move(12 * time.Minute)
		defer shop.move(-12 * time.Minute)
		b.press("Send the answer to Krisna")
		b.at("Your answer has arrived")
		b.press("Check the answer")
		b.at("The request has expired")
		b.says("Begin again", "Your account is unchanged")
		b.shoot("expired-at-krisna")
		b.noDiscount(s)
	})
}

func TestReplayed(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{})
	b := newTab(t)
	b.consent(s, stage.Jane)
	b.press(shareYes)
	b.at("10% off is yours")
	// Back to the app's page, which now asks before it sends.
	b.backTo("Your answer was sent", s.App)
	b.shoot("sent")
	b.press("Go to Krisna with it")
	b.at("10% off is yours") // what came of it
}

// backTo goes back in the history to the newest page of a site and loads it anew.
func (b *tab) backTo(heading, origin string) {
	b.t.Helper()
	ctx := b.ctx
	history, err := chromedp.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		b.t.Fatal(err)
	}
	for i := len(history.Entries) - 1; i >= 0; i-- {
		if url := history.Entries[i].URL; len(url) > len(origin) && url[:len(origin)] == origin {
			b.open(url)
			b.at(heading)
			return
		}
	}
	b.t.Fatalf("the history has no page of %s", origin)
}

// TestProofForAnother: a proof that answers Jane's request is worth nothing to Ravi,
// nor is one that nobody's session brings.
func TestProofForAnother(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{})
	jane := newTab(t).withoutScripts()
	jane.consent(s, stage.Jane)
	jane.press(shareYes)
	jane.at("Your answer is ready")
	proof := jane.hidden("proof")

	ravi := newTab(t)
	ravi.login(s, stage.Ravi)
	ravi.deliver(s, proof)
	ravi.at("This answer is for another account")
	ravi.shoot("another-account")
	ravi.noDiscount(s)

	nobody := newTab(t)
	nobody.deliver(s, proof)
	nobody.at("Log in to use your answer")
	nobody.shoot("not-logged-in")

	// It was not used up: Jane's own browser still brings it.
	jane.press("Send the answer to Krisna")
	jane.at("Your answer has arrived")
	jane.press("Check the answer")
	jane.at("10% off is yours")
}

// hidden returns the value of a hidden field.
func (b *tab) hidden(name string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector("input[name=%s]").value`, name)))
	if err != nil || value == "" {
		b.t.Fatalf("field %s: %v", name, err)
	}
	return value
}

// deliver brings a proof to the shop from a page of yet another site, as whoever
// has got hold of one would.
func (b *tab) deliver(s *stage.Stage, proof string) {
	b.t.Helper()
	b.send(s.Krisna+"/proofs", "proof", proof)
}

// send sends a form with one field from a page of another site.
func (b *tab) send(action, field, value string) {
	b.t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><h1>Elsewhere</h1><main><form method="post" action="%s">
			<input type="hidden" name="%s" value="%s"><button>Send</button></form></main>`,
			action, field, html.EscapeString(value))
	}))
	b.t.Cleanup(elsewhere.Close)
	b.open(elsewhere.URL)
	b.at("Elsewhere")
	b.press("Send")
}

// TestOtherIssuer: tokens that somebody other than ShopSphere has signed.
func TestOtherIssuer(t *testing.T) {
	t.Parallel()
	t.Run("the prover refuses", func(t *testing.T) {
		s := newStage(t, stage.Options{Impostor: true})
		b := newTab(t)
		b.consent(s, stage.Jane)
		b.press(shareNo) // the account is at another provider
		b.at("A signature is wrong")
		b.says("Somebody may have changed it on the way")
		b.shoot("other-issuer-in-app")
		b.noDiscount(s)
	})
	t.Run("the shop refuses", func(t *testing.T) {
		s := newStage(t, stage.Options{})
		b := newTab(t)
		b.login(s, stage.Jane)
		b.press("Get 10% off")
		b.at("One step in the ShopSphere app")
		b.deliver(s, forge(t, s, b.hidden("dvr")))
		b.at("This answer is not about a ShopSphere account")
		b.shoot("other-issuer-at-krisna")
		b.noDiscount(s)
	})
	t.Run("not a proof", func(t *testing.T) {
		s := newStage(t, stage.Options{})
		b := newTab(t)
		b.login(s, stage.Jane)
		b.deliver(s, "no proof")
		b.at("This is not an answer")
		b.noDiscount(s)
	})
}

// forge makes a proof for a request with a document that is signed with another key
// than ShopSphere's. It is a good proof, about the wrong issuer.
func forge(t *testing.T, s *stage.Stage, dvrToken string) string {
	t.Helper()
	dvr, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := dvr.DVR.Requests[""].VerifyingKey.KeysetEndpoint
	key, err := zkpass.GenerateKey(zkpass.ES256, endpoint.KID)
	if err != nil {
		t.Fatal(err)
	}
	idToken := signJWT(t, key, fmt.Sprintf(
		`{"iss":%q,"aud":"client_id_58347","exp":4102444800,"nonce":%q,"firstName":"Jane","lastName":"Doe","driverLicenseNumber":"DL00718256"}`,
		s.Provider, dvr.Claims.LoginNonce))
	set, err := zkpass.NewKeySet(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	fetcher := new(zkpass.KeyFetcher)
	fetcher.AllowedHosts = []string{hostOf(t, s.Krisna)}
	shop := dvr.DVR.VerifyingKey.KeysetEndpoint.JKU
	keys, err := fetcher.KeySet(t.Context(), shop)
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(t.Context(), dvrToken, map[string]string{"": idToken}, local.Options{
		Resolver: zkpass.KeySets{endpoint.JKU: set, shop: keys},
	})
	if err != nil {
		t.Fatal(err)
	}
	if result.Proof.Output != `{"result":true}` {
		t.Fatalf("the forged proof says %s", result.Proof.Output)
	}
	return string(result.Token)
}

// TestServiceDown stops the real service while Jane reads the question.
func TestServiceDown(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{Binary: zkpassBinary(t)})
	b := newTab(t)
	b.consent(s, stage.Jane)
	s.Service.Stop()
	b.press(shareYes) // the app's server proves instead
	b.at("10% off is yours")
	b.made("without a service")
}

// TestServiceNotTrusted: the service does not show that it runs what the app trusts.
func TestServiceNotTrusted(t *testing.T) {
	t.Parallel()
	service := &slowService{resolver: zkpass.KeySets{}, attest: attest.ErrMeasurement}
	s := newStage(t, stage.Options{Service: service})
	b := newTab(t)
	b.consent(s, stage.Jane)
	b.press("Details")
	b.says("ShopSphere’s own server makes the answer")

	service.attest, service.found = nil, "nitro"
	other := newTab(t)
	other.consent(s, stage.Ravi)
	other.press("Details")
	other.says("A proving service makes the answer", "Its hardware (nitro) has shown")
}

// TestStrangers: requests that do not come from a partner.
func TestStrangers(t *testing.T) {
	t.Parallel()
	s := newStage(t, stage.Options{})
	b := newTab(t)
	b.login(s, stage.Jane)
	b.press("Get 10% off")
	b.at("One step in the ShopSphere app")
	for heading, token := range map[string]string{
		"There is no request here": "no request",
		"We do not know who asks":  strangersRequest(t, b.hidden("dvr")),
		"A signature is wrong":     tampered(t, b.hidden("dvr")),
	} {
		elsewhere := newTab(t)
		elsewhere.send(s.App+app.RequestsPath, "dvr", token)
		elsewhere.at(heading)
		elsewhere.shoot("stranger")
	}
}

package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

func hostOf(t *testing.T, origin string) string {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// TestPages goes through all pages without scripts and looks at each: whether
// people can use it, and what it looks like.
func TestPages(t *testing.T) {
	t.Parallel()
	fetcher := new(zkpass.KeyFetcher)
	service := &slowService{resolver: fetcher, proceed: make(chan error, 1)}
	b := newTab(t).withoutScripts()
	s := newStage(t, stage.Options{Service: service})
	fetcher.AllowedHosts = []string{hostOf(t, s.Provider), hostOf(t, s.Krisna)}

	// The shop, for anybody.
	b.open(s.Krisna)
	b.at("Things for quiet homes")
	b.shoot("shop")
	b.open(s.Krisna + "/products/lamp")
	b.at("Paper lamp")
	b.says("€46.00")
	b.shoot("product")
	b.open(s.Krisna + "/offer")
	b.at("10% off for ShopSphere customers")
	b.shoot("offer-for-strangers")
	b.press("Log in to get 10% off")
	b.at("Log in")
	b.shoot("login")
	b.fill("username", "jane")
	b.fill("password", "wrong")
	b.press("Log in")
	b.at("Log in")
	b.says("User name or password is wrong")
	b.shoot("login-wrong")
	b.open(s.Krisna + "/no/such/page")
	b.at("There is no such page")
	b.shoot("no-such-page")

	// Jane.
	b.login(s, stage.Jane)
	b.shoot("offer")
	b.open(s.Krisna + "/account")
	b.at("Hello, Jane")
	b.says("Jane Doe", "DL00718256", "You have no discount yet")
	b.shoot("account")
	b.open(s.Krisna + "/received")
	b.at("What Krisna has received")
	b.says("Nothing so far")
	b.open(s.Krisna + "/offer")
	b.at("10% off for ShopSphere customers")
	b.press("Get 10% off")
	b.at("One step in the ShopSphere app")
	b.shoot("request")
	b.press("Open the ShopSphere app")

	b.at("Krisna has a question about your ShopSphere account")
	b.shoot("app-welcome")
	b.press("Sign in with ShopSphere")
	b.at("Sign in")
	b.shoot("provider-login")
	b.fill("username", "jane")
	b.fill("password", "jane-at-krisna")
	b.press("Sign in")
	b.at("Sign in")
	b.says("User name or password is wrong")
	b.shoot("provider-login-wrong")
	b.fill("password", stage.Jane.ShopSpherePassword)
	b.press("Sign in")
	b.at(question)
	b.says("Account at ShopSphere", "First name Jane", "Last name Doe", "Driver’s license DL00718256",
		"Sign-in for this question, in this app, still valid", learnsYes, "You are Jane Doe")
	for _, jargon := range []string{"nonce", "{", "token", "attestation"} {
		if page, err := b.look(); err != nil || strings.Contains(page.Text, jargon) {
			t.Errorf("the customer reads %q: %v, %s", jargon, err, page.Text)
		}
	}
	b.shoot("app-consent")
	b.oneScreen(740)
	b.press(shareYes)
	b.at("Making your answer")
	b.shoot("app-proving")
	service.proceed <- nil
	b.at("Your answer is ready") // the page loads itself anew
	b.shoot("app-done")
	b.press("Send the answer to Krisna")
	b.at("Your answer has arrived")
	b.shoot("arrived")
	b.press("Check the answer")
	b.at("10% off is yours")
	b.shoot("proof-yes")
	b.oneScreen(740)
	b.press("Technical details")
	b.says("dvr_digest", "zkproof")
	b.shoot("proof-details")
	b.press("To the shop")
	b.at("Things for quiet homes")
	b.says("€48.60", "−10%", "10% off is on all prices below, Jane.")
	b.shoot("shop-with-discount")
	b.open(s.Krisna + "/products/lamp")
	b.at("Paper lamp")
	b.says("€41.40", "€46.00")
	b.shoot("product-with-discount")
	b.open(s.Krisna + "/account")
	b.at("Hello, Jane")
	b.says("10% off everything")
	b.shoot("account-with-discount")
	b.open(s.Krisna + "/received")
	b.at("What Krisna has received")
	b.shoot("received")
	b.open(s.App)
	b.at("Prove it without showing it")
	b.shoot("app-home")
	b.press("How is my answer made?")
	b.at("How your answer is made")
	b.shoot("app-how")
	b.open(s.App + "/requests/none")
	b.at("This request is over")
	b.shoot("app-request-over")
	b.open(s.Provider)
	b.at("ShopSphere accounts")
	b.shoot("provider-home")
	b.open(s.Provider + "/no/such/page")
	b.at("There is no such page")
	b.shoot("provider-no-such-page")
}

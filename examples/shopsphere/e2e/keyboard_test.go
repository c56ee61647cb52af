package e2e

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

// TestKeyboard walks Jane through the use case with keys alone. Whatever is to be
// pressed can be reached with the Tab key and shows that it has the focus.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	s := newStage(t, stage.Options{})
	b.open(s.Krisna)
	b.at("Things for quiet homes")
	b.key(kb.Tab)
	b.focus("Skip to content")
	b.focus("Log in")
	b.key(kb.Enter)

	b.at("Log in")
	b.focus("User name")
	b.key(stage.Jane.Krisna)
	b.focus("Password")
	b.key(stage.Jane.KrisnaPassword + kb.Enter)

	b.says("10% off for ShopSphere customers")
	b.focus("10% off for ShopSphere customers")
	b.key(kb.Enter)
	b.at("10% off for ShopSphere customers")
	b.focus("Get 10% off")
	b.key(kb.Enter)
	b.at("One step in the ShopSphere app")
	b.focus("Open the ShopSphere app")
	b.key(kb.Enter)

	b.at("Krisna has a question about your ShopSphere account")
	b.focus("Sign in with ShopSphere")
	b.key(kb.Enter)
	b.at("Sign in")
	b.focus("User name")
	b.key(stage.Jane.ShopSphere)
	b.focus("Password")
	b.key(stage.Jane.ShopSpherePassword)
	b.focus("Sign in")
	b.key(" ")
	b.at(question)
	b.focus("Details")
	b.key(kb.Enter)
	b.focus("The exact question")
	b.key(kb.Enter)
	b.says("driverLicenseNumber")
	b.focus(shareYes)
	b.key(kb.Enter)

	b.at("10% off is yours")
	b.focus("To the shop")
	b.key(kb.Enter)
	b.says("€48.60")
}

package e2e

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/zkpass-go/zkpass/examples/shopsphere/app"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

// TestProofInPage: the customer's browser makes the proof, and only its proving page may
// run WebAssembly.
func TestProofInPage(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	s := newStage(t, stage.Options{SDK: sdkFiles(t)})
	b.login(s, stage.Jane)
	b.ask()
	b.at("Krisna has a question about your ShopSphere account")
	b.says(madeInPage)
	b.policy(t, false)
	b.signIn(stage.Jane)
	b.at(question)
	b.says("First name Jane", "Driver’s license DL00718256", learnsYes, "You are Jane Doe")
	b.policy(t, true)
	b.oneScreen(740)
	b.press("Details")
	b.says("E-mail address", "Birthday", madeInPage)
	b.shoot("page-consent")
	b.do(chromedp.Reload())
	b.at(question) // the sign-in is still there
	b.press(shareYes)
	b.at("10% off is yours")
	b.made("without a service")
	b.policy(t, false)

	// Coming back, the answer is still there and the ID token is not.
	b.backTo("Your answer was sent", s.App)
	if keys := b.text(`Object.keys(sessionStorage).join()`); strings.Contains(keys, "token") {
		t.Errorf("the tab still has %s", keys)
	}
	b.shoot("page-sent")
	b.open(s.App + app.SignedInPath + "#code=stolen&state=guessed")
	b.at("This sign-in is over")
	b.policy(t, false)
	b.shoot("page-sign-in-over")
}

// policy checks whether the page that is open may run WebAssembly and workers.
func (b *tab) policy(t *testing.T, want bool) {
	t.Helper()
	policy := b.text(`fetch(location.href).then((r) => r.headers.get("Content-Security-Policy"))`)
	got := strings.Contains(policy, "'wasm-unsafe-eval'") && strings.Contains(policy, "worker-src 'self'")
	if got != want || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the page may prove: %v, want %v; policy %s", got, want, policy)
	}
}

// files are the package for pages, with trouble around its WebAssembly.
type files struct {
	fs.FS
	proceed chan struct{} // nil: it cannot be had
}

func (f files) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".wasm") {
		if f.proceed == nil {
			return nil, errors.New("out of order")
		}
		<-f.proceed
	}
	return f.FS.Open(name)
}

// TestStoppedInPage: a proof that is being made can be stopped, and begun again.
func TestStoppedInPage(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	proceed := make(chan struct{})
	s := newStage(t, stage.Options{SDK: files{sdkFiles(t), proceed}})
	b.consent(s, stage.Ravi)
	b.says(learnsNo, "Yours: DL00539911")
	b.press(shareNo)
	b.at("Making your answer")
	b.says("Getting ready")
	b.shoot("page-proving")
	b.press("Stop")
	b.at(question)
	b.says("You stopped it. Nothing was sent.")
	close(proceed)
	b.press(shareNo)
	b.at("No discount this time")
}

// TestPageDeclines: who does not share leaves nothing behind.
func TestPageDeclines(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	s := newStage(t, stage.Options{SDK: sdkFiles(t)})
	b.consent(s, stage.Jane)
	b.press(dontShare)
	b.at("You said no")
	if keys := b.text(`Object.keys(sessionStorage).join()`); strings.Contains(keys, "token") {
		t.Errorf("the tab still has %s", keys)
	}
	b.noDiscount(s)
}

// TestPageCannotProve: where the browser cannot, the server can.
func TestPageCannotProve(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	s := newStage(t, stage.Options{SDK: files{sdkFiles(t), nil}})
	b.consent(s, stage.Jane)
	b.press(shareYes)
	b.at("Your browser could not make the answer")
	b.shoot("page-cannot-prove")
	b.press("Let ShopSphere’s server make it")
	b.says("ShopSphere’s own server makes the answer")
	b.signIn(stage.Jane)
	b.at(question)
	b.press(shareYes)
	b.at("10% off is yours")
}

// TestPageWithoutScripts: the app's server proves, and the page says so.
func TestPageWithoutScripts(t *testing.T) {
	t.Parallel()
	b := newTab(t).withoutScripts()
	s := newStage(t, stage.Options{SDK: sdkFiles(t)})
	b.login(s, stage.Jane)
	b.ask()
	b.at("Krisna has a question about your ShopSphere account")
	b.says("so ShopSphere’s server does")
	b.shoot("page-without-scripts")
	b.signIn(stage.Jane)
	b.at(question)
	b.says("so ShopSphere’s server does")
	b.shoot("page-consent-without-scripts")
	b.press(shareYes)
	b.at("Your answer is ready")
	b.press("Send the answer to Krisna")
	b.at("Your answer has arrived")
	b.press("Check the answer")
	b.at("10% off is yours")
}

// TestIndonesian: who reads Indonesian does so from the shop to the answer, on one screen too.
func TestIndonesian(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": "id"}})
		return err
	}))
	s := newStage(t, stage.Options{SDK: sdkFiles(t)})
	b.open(s.Krisna + "/login?next=/offer")
	b.at("Masuk")
	b.fill("username", stage.Ravi.Krisna)
	b.fill("password", stage.Ravi.KrisnaPassword)
	b.press("Masuk")
	b.at("Diskon 10% untuk pelanggan ShopSphere")
	b.press("Dapatkan diskon 10%")
	b.at("Satu langkah di aplikasi ShopSphere")
	b.says("Berlaku 10 menit.")
	b.press("Buka aplikasi ShopSphere")
	b.at("Krisna punya pertanyaan tentang akun ShopSphere Anda")
	b.shoot("welcome")
	b.press("Masuk dengan ShopSphere")
	b.at("Masuk")
	b.fill("username", stage.Ravi.ShopSphere)
	b.fill("password", stage.Ravi.ShopSpherePassword)
	b.press("Masuk")
	b.at("Apakah semua ini benar untuk akun Anda?")
	b.says("Nama depan Ravi", "Milik Anda: DL00539911", "Krisna akan tahu: tidak semuanya benar", "Anda adalah Ravi Patel")
	b.oneScreen(740)
	b.shoot("consent")
	b.press("Rincian")
	b.press("Pertanyaan yang tepat")
	b.says("Pihak yang memeriksa mengetahui")
	b.press("Kirim “tidak”")
	b.at("Belum ada diskon kali ini")
	b.shoot("no-discount")
	if lang := b.text(`document.documentElement.lang`); lang != "id" {
		t.Errorf("the language of the page is %q", lang)
	}
}

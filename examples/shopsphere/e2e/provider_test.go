package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/app"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

// TestOtherProvider: the demonstration with a provider that nobody here wrote, npm's
// oidc-provider as it comes, which signs ID tokens with RS256. The app finds it by
// discovery, and gets the discount with a sign-in there: in the page, which the provider allows
// by its configuration alone, and without scripts.
func TestOtherProvider(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	dir := installProvider(t)
	ports := freePorts(t, 2)
	origin := fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	options := stage.Options{
		Ports: [4]int{1: ports[1]}, SDK: sdkFiles(t),
		Other: &stage.Other{Issuer: fmt.Sprintf("http://127.0.0.1:%d", ports[0]), ClientID: "client_id_58347"},
	}
	startProvider(t, dir, options.Other, origin)
	s := newStage(t, options)

	b.login(s, stage.Jane)
	b.press("Get 10% off")
	b.at("One step in the ShopSphere app")
	dvr, err := zkpass.ParseDVRToken(b.hidden("dvr"))
	if err != nil {
		t.Fatal(err)
	}
	endpoint := dvr.DVR.Requests[""].VerifyingKey.KeysetEndpoint
	keys := &zkpass.KeyFetcher{AllowedHosts: []string{hostOf(t, s.Provider)}}
	key, err := keys.ResolveKey(t.Context(), endpoint.JKU, endpoint.KID, "")
	if err != nil || key.Algorithm() != zkpass.RS256 {
		t.Fatalf("the request names key %s of %s: %v, %v", endpoint.KID, endpoint.JKU, key, err)
	}
	b.press("Open the ShopSphere app")
	b.signInThere(stage.Jane.ShopSphere)
	b.at(question)
	b.says("Account at ShopSphere", "Sign-in for this question, in this app, still valid", learnsYes)
	b.press(shareYes)
	b.at("10% off is yours")

	// Someone else's account there.
	other := newTab(t).withoutScripts()
	other.login(s, stage.Jane)
	if err := s.Store.TakeDiscount(t.Context(), stage.Jane.Krisna); err != nil {
		t.Fatal(err)
	}
	other.open(s.Krisna + "/offer")
	other.ask()
	other.signInThere(stage.Mia.ShopSphere)
	other.at(question)
	other.says(learnsNo)
	other.press(shareNo)
	other.at("Your answer is ready")
	other.press("Send the answer to Krisna")
	other.at("Your answer has arrived")
	other.press("Check the answer")
	other.at("No discount this time")
}

// signInThere signs in on the pages of oidc-provider, from the app's first page.
func (b *tab) signInThere(account string) {
	b.t.Helper()
	b.at("Krisna has a question about your ShopSphere account")
	b.press("Sign in with ShopSphere")
	b.at("Sign-in")
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=login]"), account))
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=password]"), "any"))
	b.do(chromedp.Click(chromedp.CSS("button[type=submit]")))
	b.at("Authorize")
	b.do(chromedp.Click(chromedp.CSS("button[type=submit]")))
}

// installProvider installs oidc-provider, as package-lock.json has it, with npm.
func installProvider(t *testing.T) string {
	t.Helper()
	for _, command := range []string{"node", "npm"} {
		if _, err := exec.LookPath(command); err != nil {
			if os.Getenv("ZKPASS_BROWSER") == "required" {
				t.Fatalf("no %s in PATH", command)
			}
			t.Skipf("no %s in PATH; install Node.js, 20 or newer", command)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/oidc-provider")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	install.Dir = dir
	if text, err := install.CombinedOutput(); err != nil {
		if os.Getenv("ZKPASS_BROWSER") == "required" {
			t.Fatalf("npm ci: %v\n%s", err, text)
		}
		t.Skipf("oidc-provider cannot be installed: npm ci: %v\n%s", err, text)
	}
	return dir
}

// startProvider starts oidc-provider and waits until it listens.
func startProvider(t *testing.T, dir string, p *stage.Other, appOrigin string) {
	t.Helper()
	users, err := filepath.Abs("../provider/users.json")
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	process := exec.Command("node", "server.mjs", p.Issuer, p.ClientID, appOrigin, users, appOrigin+app.CallbackPath, appOrigin+app.SignedInPath)
	process.Dir, process.Stderr = dir, log
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		process.Process.Kill()
		process.Wait()
	})
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if lines.Text() == "ready" {
				ready <- ""
			}
		}
		ready <- "it has ended"
	}()
	select {
	case problem := <-ready:
		if problem != "" {
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("starting oidc-provider: %s\n%s", problem, text)
		}
	case <-time.After(patience):
		t.Fatal("starting oidc-provider: it is not ready in time")
	}
}

// freePorts are ports of 127.0.0.1 that nobody listens on just now.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

// TestOtherProviderIsPinned: what is installed is what was chosen, byte for byte, from
// whatever registry npm uses.
func TestOtherProviderIsPinned(t *testing.T) {
	text, err := os.ReadFile("testdata/oidc-provider/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	if lock.Packages["node_modules/oidc-provider"].Version == "" {
		t.Error("oidc-provider is not there")
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Version == "" || !strings.HasPrefix(p.Integrity, "sha512-") || p.Resolved != "") {
			t.Errorf("%s: version %q, integrity %q, resolved %q; make it with npm install --omit-lockfile-registry-resolved", name, p.Version, p.Integrity, p.Resolved)
		}
	}
}

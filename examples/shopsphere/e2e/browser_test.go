package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a page may take. It only matters when a test fails.
const patience = time.Minute

//go:embed testdata/check.js
var checkScript string

// browser is the one browser of the test process, as a context of chromedp.
var browser context.Context

func TestMain(m *testing.M) {
	code := run(m)
	for _, dir := range removeAtEnd {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func run(m *testing.M) int {
	path := os.Getenv("ZKPASS_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		if os.Getenv("ZKPASS_BROWSER") == "required" {
			fmt.Fprintln(os.Stderr, "no Chromium in PATH, and ZKPASS_CHROMIUM is not set")
			return 1
		}
		return m.Run()
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		// No name but those of this machine is to be asked for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancelBrowser := chromedp.NewContext(allocator)
	defer cancelBrowser()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "starting Chromium:", err)
		return 1
	}
	browser = ctx
	return m.Run()
}

// tab is a window of a person who has no cookies yet.
type tab struct {
	t     *testing.T
	ctx   context.Context
	shots string // folder for screenshots
	count int
}

// newTab opens a window of its own, of a phone's size.
func newTab(t *testing.T) *tab {
	t.Helper()
	if browser == nil {
		t.Skip("no Chromium in PATH; set ZKPASS_CHROMIUM, or install chromium")
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	// The window lives as long as the context of this first call.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a window: %v", err)
	}
	b := &tab{t: t, ctx: ctx, shots: t.ArtifactDir()}
	b.do(chromedp.EmulateViewport(360, 740))
	return b
}

// withoutScripts switches the scripts of pages off.
func (b *tab) withoutScripts() *tab {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		page, _ := b.look()
		b.t.Fatalf("%v, on the page %q at %s", err, page.Heading, page.URL)
	}
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// page is what can be seen of a page at a glance.
type page struct {
	Heading, URL, Text string
	Ready              bool
}

func (b *tab) look() (page, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify({
		Heading: [...document.querySelectorAll("h1")].find((h) => !h.closest("[hidden]"))?.textContent.trim() ?? "", URL: location.href,
		Text: document.body?.innerText.replace(/\s+/g, " ") ?? "", Ready: document.readyState === "complete"})`))
	var p page
	if err == nil {
		err = json.Unmarshal([]byte(text), &p)
	}
	return p, err
}

// at waits for the page with a heading.
func (b *tab) at(heading string) page {
	b.t.Helper()
	var last page
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		p, err := b.look()
		if err != nil {
			continue // between two pages there is none
		}
		if last = p; p.Ready && p.Heading == heading {
			return p
		}
	}
	b.t.Fatalf("the page is %q at %s, want %q; it says: %s", last.Heading, last.URL, heading, last.Text)
	return page{}
}

// says waits until the page shows each of the texts.
func (b *tab) says(texts ...string) {
	b.t.Helper()
	var last page
	missing := texts
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		p, err := b.look()
		if err != nil || !p.Ready {
			continue
		}
		last = p
		missing = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return strings.Contains(p.Text, text) })
		if len(missing) == 0 {
			return
		}
	}
	b.t.Fatalf("the page %q does not say %q; it says: %s", last.Heading, missing, last.Text)
}

// press clicks the button or link with a name that is not hidden, if there are several
// that in the page's main part.
func (b *tab) press(name string) {
	b.t.Helper()
	named := fmt.Sprintf(`*[(self::button or self::a or self::summary) and normalize-space()=%q and not(ancestor-or-self::*[@hidden])]`, name)
	b.do(chromedp.Click(chromedp.Search(fmt.Sprintf(`//main//%s | //header//%s[not(//main//%s)]`, named, named, named))))
}

func (b *tab) fill(id, text string) {
	b.t.Helper()
	field := chromedp.CSS("#" + id)
	b.do(chromedp.WaitVisible(field))
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(`document.getElementById(%q).value = ""`, id))); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.SendKeys(field, text))
}

// shoot checks that people can use the page, at a phone's width and on a desk, and
// takes its pictures.
func (b *tab) shoot(name string) {
	b.t.Helper()
	b.count++
	for _, size := range []struct {
		name, scheme  string
		width, height int64
	}{{"desk-night", "dark", 1280, 860}, {"phone-night", "dark", 360, 740}, {"desk", "light", 1280, 860}, {"phone", "light", 360, 740}} {
		b.do(chromedp.EmulateViewport(size.width, size.height))
		b.scheme(size.scheme)
		for _, problem := range b.problems() {
			b.t.Errorf("%s, %s: %s", name, size.name, problem)
		}
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		cancel()
		if err != nil {
			b.t.Fatal(err)
		}
		file := filepath.Join(b.shots, fmt.Sprintf("%02d-%s-%s.png", b.count, name, size.name))
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// scheme chooses between the colours of day and night.
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	}))
}

// oneScreen makes sure that all of a page's main part can be seen on a phone at once.
func (b *tab) oneScreen(height int) {
	b.t.Helper()
	if bottom := b.text(`String(Math.ceil(document.querySelector("main").getBoundingClientRect().bottom + scrollY))`); len(bottom) > 3 || bottom > strconv.Itoa(height) {
		b.t.Errorf("the main part ends at %s px, want %d at most", bottom, height)
	}
}

// problems is what keeps people from using the page.
func (b *tab) problems() []string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](checkScript))
		if err == nil {
			return found
		}
		if ctx.Err() != nil {
			b.t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // a page that loads itself anew is not there for a moment
	}
}

// text evaluates JavaScript in the page, waiting for promises.
func (b *tab) text(script string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// focus presses the Tab key until the thing with a name has the focus, and fails
// unless it shows that it has.
func (b *tab) focus(name string) {
	b.t.Helper()
	for range 40 {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
			const e = document.activeElement;
			if (!e || e === document.body) return "|";
			const label = (e.labels?.[0] ?? e).textContent.replace(/\s+/g, " ").trim();
			const style = getComputedStyle(e);
			return label + "|" + (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? "shown" : "");
		})()`))
		cancel()
		if err != nil {
			b.t.Fatal(err)
		}
		label, shown, _ := strings.Cut(text, "|")
		if strings.HasPrefix(label, name) {
			if shown == "" {
				b.t.Errorf("%q has the focus and does not show it", name)
			}
			return
		}
		b.key(kb.Tab)
	}
	b.t.Fatalf("the Tab key does not lead to %q", name)
}

func (b *tab) key(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

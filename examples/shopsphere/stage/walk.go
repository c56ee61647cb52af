package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Walker walks through pages as a person without JavaScript does: it follows links
// and sends forms, and keeps cookies.
type Walker struct {
	client *http.Client
	url    *url.URL
	status int
	page   *html.Node
	text   string
}

// NewWalker returns a walker with no cookies.
func NewWalker() *Walker {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return &Walker{client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// maxPage bounds the pages that are read, in bytes. A page may hold a proof.
const maxPage = 16 << 20

// Get opens a page.
func (w *Walker) Get(ctx context.Context, target string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	return w.send(request)
}

// Send sends the page's form whose action ends in a path, with some fields filled in.
func (w *Walker) Send(ctx context.Context, path string, fields map[string]string) error {
	action, values, err := w.form(path)
	if err != nil {
		return err
	}
	for name, value := range fields {
		values.Set(name, value)
	}
	return w.post(ctx, action, values)
}

// post sends a form that need not be on the page.
func (w *Walker) post(ctx context.Context, action string, values url.Values) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, action, strings.NewReader(values.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(request)
}

func (w *Walker) send(request *http.Request) error {
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxPage))
	if err != nil {
		return err
	}
	w.url, w.status = response.Request.URL, response.StatusCode
	if w.page, err = html.Parse(strings.NewReader(string(body))); err != nil {
		return err
	}
	w.text = textOf(w.page)
	return nil
}

// form returns the full action and the fields of a form.
func (w *Walker) form(path string) (string, url.Values, error) {
	if w.page == nil {
		return "", nil, errors.New("no page is open")
	}
	for n := range w.page.Descendants() {
		if n.Data != "form" || !strings.HasSuffix(attribute(n, "action"), path) {
			continue
		}
		action, err := w.url.Parse(attribute(n, "action"))
		if err != nil {
			return "", nil, err
		}
		values := make(url.Values)
		for field := range n.Descendants() {
			if field.Data != "input" || attribute(field, "name") == "" {
				continue
			}
			if _, checked := find(field, "checked"); attribute(field, "type") == "radio" && !checked {
				continue
			}
			values.Set(attribute(field, "name"), attribute(field, "value"))
		}
		return action.String(), values, nil
	}
	return "", nil, fmt.Errorf("the page %q (%s, status %d) has no form for %s", w.Heading(), w.url.Host, w.status, path)
}

// Field returns the value of the page's field with a name, or nothing.
func (w *Walker) Field(name string) string {
	for n := range w.page.Descendants() {
		if n.Data == "input" && attribute(n, "name") == name {
			return attribute(n, "value")
		}
	}
	return ""
}

// Heading returns the page's first heading.
func (w *Walker) Heading() string {
	for n := range w.page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "h1" {
			return textOf(n)
		}
	}
	return ""
}

// Has reports whether the page shows a text, however it is broken into lines.
func (w *Walker) Has(text string) bool { return strings.Contains(w.text, text) }

// URL returns the address of the page.
func (w *Walker) URL() *url.URL { return w.url }

// Status returns the page's HTTP status.
func (w *Walker) Status() int { return w.status }

func attribute(n *html.Node, name string) string {
	value, _ := find(n, name)
	return value
}

func find(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" && d.Parent.Data != "style" {
			words = append(words, strings.Fields(d.Data)...)
		}
	}
	return strings.Join(words, " ")
}

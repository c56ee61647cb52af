package front

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// description is openapi.yaml as the checks use it: with no members in answers
// but those described, though clients are told to pass over others.
var description = sync.OnceValues(func() (*openapi3.T, error) { return describe(openapi) })

var verifierDescription = sync.OnceValues(func() (*openapi3.T, error) { return describe(verifierAPI) })

// descriptionOf is that of what a handler serves.
func descriptionOf(h *Handler) (*openapi3.T, error) {
	if found, _ := h.routes.find("/v1/verify"); found != nil {
		return verifierDescription()
	}
	return description()
}

func describe(source []byte) (*openapi3.T, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(source, &tree); err != nil {
		return nil, err
	}
	closeObjects(tree)
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// closeObjects adds additionalProperties: false to every schema that lists
// properties and does not say.
func closeObjects(node any) {
	switch node := node.(type) {
	case map[string]any:
		_, isSchema := node["properties"].(map[string]any)
		if _, says := node["additionalProperties"]; isSchema && !says && node["type"] == "object" {
			node["additionalProperties"] = false
		}
		for _, child := range node {
			closeObjects(child)
		}
	case []any:
		for _, child := range node {
			closeObjects(child)
		}
	}
}

// exercised are the answers that were checked: "METHOD pattern status".
var exercised = struct {
	sync.Mutex
	answers map[string]bool
}{answers: make(map[string]bool)}

// checkContract checks that an answer is one that openapi.yaml describes, and that
// a request which was not refused is one, too.
func checkContract(t testing.TB, h *Handler, r *http.Request, body []byte, a *answer) {
	t.Helper()
	doc, err := descriptionOf(h)
	if err != nil {
		t.Fatal(err)
	}
	found, param := h.routes.find(r.URL.Path)
	if found == nil || found.handler(r.Method) == nil {
		checkOutside(t, doc, found, r, a)
		return
	}
	item := doc.Paths.Value(found.pattern)
	if item == nil {
		t.Fatalf("openapi.yaml has no path %s", found.pattern)
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	operation := item.GetOperation(method)
	if operation == nil {
		t.Fatalf("openapi.yaml has no %s %s", method, found.pattern)
	}
	request := r.Clone(t.Context())
	request.Body = io.NopCloser(bytes.NewReader(body))
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: map[string]string{"id": param},
		Route:   &routers.Route{Spec: doc, Path: found.pattern, PathItem: item, Method: method, Operation: operation},
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, RejectWhenRequestBodyNotSpecified: true},
	}
	if a.status < 400 {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("answered %d though the request is not as described: %v", a.status, err)
		}
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: r.Method == http.MethodHead},
	}
	output.SetBodyBytes(a.body)
	if err := openapi3filter.ValidateResponse(t.Context(), output); err != nil {
		t.Errorf("%s %s %d: the answer is not as described: %v\n%s", method, found.pattern, a.status, err, a.body)
	}
	if described := operation.Responses.Status(a.status); described != nil && len(described.Value.Content) == 0 && len(a.body) > 0 {
		t.Errorf("%s %s %d: has a body, and none is described", method, found.pattern, a.status)
	}
	exercised.Lock()
	defer exercised.Unlock()
	exercised.answers[fmt.Sprintf("%s %s %d", method, found.pattern, a.status)] = true
}

// checkOutside checks the answers that are described in words only.
func checkOutside(t testing.TB, doc *openapi3.T, found *route, r *http.Request, a *answer) {
	t.Helper()
	want := http.StatusMethodNotAllowed
	if found == nil {
		want = http.StatusNotFound
	}
	if r.Method == http.MethodOptions && a.status == http.StatusNoContent {
		if found == nil || a.header.Get("Access-Control-Allow-Origin") == "" {
			t.Errorf("OPTIONS answered 204 without being a preflight that is allowed")
		}
		return
	}
	if a.status != want {
		t.Fatalf("status %d, want %d", a.status, want)
	}
	if r.Method == http.MethodHead {
		return
	}
	var value any
	if err := json.Unmarshal(a.body, &value); err != nil {
		t.Fatal(err)
	}
	schema := doc.Components.Schemas["Problem"].Value
	if err := schema.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil || a.header.Get("Content-Type") != typeProblem {
		t.Errorf("not a problem as described: %v: %s", err, a.body)
	}
}

// The description is valid as OpenAPI 3.1, its examples too.
func TestDescriptionIsValid(t *testing.T) {
	loader := openapi3.NewLoader()
	for name, text := range map[string][]byte{"yaml": openapi, "json": mustDocument(t).json} {
		doc, err := loader.LoadFromData(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !doc.IsOpenAPI31OrLater() {
			t.Fatalf("%s: version %s", name, doc.OpenAPI)
		}
		if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func mustDocument(t *testing.T) *document {
	t.Helper()
	d, err := newDocument(openapi)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What is described is served, and nothing else.
func TestDescriptionAndRoutesAgree(t *testing.T) {
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	var described, served []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	for _, route := range newService(t, nil).h.routes {
		for method := range route.methods {
			served = append(served, method+" "+route.pattern)
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if diff := cmp.Diff(described, served); diff != "" {
		t.Errorf("described (-), served (+):\n%s", diff)
	}
}

// Every answer that is described is given by a scenario, and checked.
func TestDescribedAnswersAreGiven(t *testing.T) {
	exercised.Lock()
	clear(exercised.answers)
	exercised.Unlock()
	for name, scenario := range scenarios() {
		t.Run(name, func(t *testing.T) { scenario(t) })
	}
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	describesWhatWasGiven(t, doc)
}

// describesWhatWasGiven compares the answers of a description with those that tests
// have met since the list was cleared.
func describesWhatWasGiven(t *testing.T, doc *openapi3.T) {
	t.Helper()
	exercised.Lock()
	given := slices.Sorted(maps.Keys(exercised.answers))
	exercised.Unlock()
	var described []string
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				described = append(described, method+" "+path+" "+status)
			}
		}
	}
	slices.Sort(described)
	if diff := cmp.Diff(described, given); diff != "" {
		t.Errorf("described (-), given (+):\n%s", diff)
	}
}

// The checks above notice what they are there for.
func TestContractCheckNotices(t *testing.T) {
	s := newService(t, nil)
	id := s.accept()
	for name, spoil := range map[string]func(*answer){
		"status":        func(a *answer) { a.status = http.StatusTeapot },
		"media type":    func(a *answer) { a.header.Set("Content-Type", "text/plain") },
		"no header":     func(a *answer) { a.header.Del("Retry-After") },
		"bad header":    func(a *answer) { a.header.Set("X-Request-Id", "from the client") },
		"no member":     func(a *answer) { a.body = []byte(`{"status":202,"state":"queued"}`) },
		"another type":  func(a *answer) { a.body = bytes.Replace(a.body, []byte("202"), []byte(`"202"`), 1) },
		"another state": func(a *answer) { a.body = bytes.Replace(a.body, []byte("queued"), []byte(`ready`), 1) },
		"new member":    func(a *answer) { a.body = bytes.Replace(a.body, []byte("{"), []byte(`{"query":"x",`), 1) },
	} {
		r := s.request("GET", statusPath+string(id), "")
		a := s.do(r).want(http.StatusAccepted)
		spoil(a)
		watched := &watchedTB{TB: t}
		checkContract(watched, s.h, r, nil, a)
		if !watched.failed {
			t.Errorf("%s: not noticed", name)
		}
	}
	// A request that should have been refused.
	r := s.request("GET", statusPath+string(id)+"?wait=1", "")
	a := s.do(s.request("GET", statusPath+string(id), ""))
	r.URL.RawQuery = "wait=61"
	watched := &watchedTB{TB: t}
	checkContract(watched, s.h, r, nil, a)
	if !watched.failed {
		t.Error("a request not as described: not noticed")
	}
}

// watchedTB notes failures instead of failing.
type watchedTB struct {
	testing.TB
	failed bool
}

func (w *watchedTB) Errorf(string, ...any) { w.failed = true }

// The two forms say the same, and hold no anchors of YAML in the one for programs.
func TestDescriptionIsServed(t *testing.T) {
	s := newService(t, nil)
	for _, path := range []string{"/openapi.yaml", "/openapi.json"} {
		r := s.request("GET", path, "")
		r.Header.Del("Authorization")
		a := s.do(r).want(http.StatusOK)
		var got, want any
		if err := yaml.Unmarshal(a.body, &got); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(openapi, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s differs:\n%s", path, diff)
		}
		again := s.request("GET", path, "")
		again.Header.Set("If-None-Match", a.header.Get("ETag"))
		if a := s.do(again).want(http.StatusNotModified); len(a.body) != 0 {
			t.Error("304 has a body")
		}
	}
	for _, problem := range problemCodes(t) {
		if !strings.Contains(string(openapi), "- "+problem+"\n") {
			t.Errorf("openapi.yaml lacks the code %s", problem)
		}
	}
}

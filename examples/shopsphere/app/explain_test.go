package app

import (
	"encoding/base64"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
	"github.com/zkpass-go/zkpass/query"
)

// TestComparisons: only questions that are nothing but comparisons are told as such.
func TestComparisons(t *testing.T) {
	const first, last = `{"==": [{"dvar": "firstName"}, "Jane"]}`, `{"==": [{"dvar": "lastName"}, "Doe"]}`
	const output = `{"output": {"result": {"lvar": "x"}}}`
	both := []comparison{{"firstName", "Jane"}, {"lastName", "Doe"}}
	const nonce = "o3B5PGc2ue0cS4Xp0Vx1bA5kR0mP8sN6tQ7wY9zE1Fg"
	const nonceTest, live = `{"==": [{"dvar": "nonce"}, "` + nonce + `"]}`, `{"<": [{"now": []}, {"dvar": "exp"}]}`
	audience := func(kind, path, id, quantifier string) string {
		return `{"or": [{"and": [{"is": ["aud", "string"]}, {"==": [{"dvar": "aud"}, "` + id + `"]}]},
			{"and": [{"is": ["aud", "` + kind + `"]}, {"==": [{"dvar": "` + path + `"}, "` + id + `", "` + quantifier + `"]}]}]}`
	}
	bound := func(tests ...string) string {
		return `[{"output": {"result": {"and": [` + nonceTest + `, {"and": [` + strings.Join(tests, ",") + `]}]}}}]`
	}
	signIn := func(text string) []comparison { return append(slices.Clone(both), comparison{"", text}) }
	a := &App{options: Options{Issuer: "https://op.example", ClientID: "app"}}
	for _, test := range []struct {
		name, text string
		want       []comparison
	}{
		{"all equal", `[{"assign": {"x": {"and": [` + first + `,` + last + `]}}}, ` + output + `]`, both},
		{"any equal", `[{"assign": {"x": {"or": [` + first + `,` + last + `]}}}, ` + output + `]`, nil},
		{"not all equal", `[{"assign": {"x": {"not": {"and": [` + first + `]}}}}, ` + output + `]`, nil},
		{"one differs", `[{"assign": {"x": {"and": [` + first + `, {"!=": [{"dvar": "lastName"}, "Doe"]}]}}}, ` + output + `]`, nil},
		{"letters of any case", `[{"assign": {"x": {"and": [{"~==": [{"dvar": "lastName"}, "Doe"]}]}}}, ` + output + `]`, nil},
		{"any element", `[{"assign": {"x": {"and": [{"==": [{"dvar": "names[]"}, "Doe", "or"]}]}}}, ` + output + `]`, nil},
		{"two members", `[{"assign": {"x": {"and": [{"==": [{"dvar": "lastName"}, {"dvar": "name"}]}]}}}, ` + output + `]`, nil},
		{"a number", `[{"assign": {"x": {"and": [{"==": [{"dvar": "age"}, 18]}]}}}, ` + output + `]`, nil},
		{"a claim that customers do not know", `[{"assign": {"x": {"and": [{"==": [{"dvar": "hidden"}, "Doe"]}]}}}, ` + output + `]`, nil},
		{"text that turns around", `[{"assign": {"x": {"and": [{"==": [{"dvar": "lastName"}, "D\u202eoe"]}]}}}, ` + output + `]`, nil},
		{"text of several lines", `[{"assign": {"x": {"and": [{"==": [{"dvar": "lastName"}, "Doe\nFirst name Jane"]}]}}}, ` + output + `]`, nil},
		{"one expression", `[{"output": {"result": {"and": [` + first + `,` + last + `]}}}]`, both},
		{"the account's provider", `[{"output": {"result": {"==": [{"dvar": "iss"}, "https://op.example"]}}}]`, []comparison{{"iss", "https://op.example"}}},
		{"another provider", `[{"output": {"result": {"==": [{"dvar": "iss"}, "https://b.example"]}}}]`, []comparison{{"iss", "https://b.example"}}},
		{"bound to the sign-in", bound(first, last), signIn("question")},
		{"bound, in this app, valid", bound(first, last, live, audience("array", "aud[]", "app", "or")), signIn("question app valid")},
		{"for this app, as text alone", bound(first, last, `{"==": [{"dvar": "aud"}, "app"]}`), signIn("question app")},
		{"nothing but the sign-in", `[{"output": {"result": ` + nonceTest + `}}]`, []comparison{{"", "question"}}},
		{"for another app", bound(first, last, audience("array", "aud[]", "other", "or")), nil},
		{"for no other app", bound(first, last, audience("array", "aud[]", "app", "and")), nil},
		{"for this app or of an odd kind", bound(first, last, audience("number", "aud[]", "app", "or")), nil},
		{"of another claim", bound(first, last, audience("array", "azp[]", "app", "or")), nil},
		{"another nonce", strings.ReplaceAll(bound(first, last), nonce, "x"+nonce[1:]), nil},
		{"expired", bound(first, last, `{"<": [{"dvar": "exp"}, {"now": []}]}`), nil},
		{"valid since", bound(first, last, `{"<": [{"now": []}, {"dvar": "nbf"}]}`), nil},
		{"a local that is not looked at", `[{"assign": {"x": {"and": [` + first + `]}}}, {"output": {"result": {"and": [` + last + `]}}}]`, nil},
		{"one of two locals", `[{"assign": {"x": ` + first + `}}, {"assign": {"y": ` + last + `}}, {"output": {"result": {"lvar": "y"}}}]`, nil},
		{"another output", `[{"assign": {"x": {"and": [` + first + `]}}}, {"output": {"name": {"lvar": "x"}}}]`, nil},
		{"more outputs", `[{"assign": {"x": {"and": [` + first + `]}}}, ` + output + `, {"output": {"y": {"dvar": "email"}}}]`, nil},
		{"another local", `[{"assign": {"x": {"and": [` + first + `]}}}, {"output": {"result": {"dvar": "email"}}}]`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			program, err := query.Compile([]byte(test.text), []string{""}, query.WithFormat("", query.JWT))
			if err != nil {
				t.Fatal(err)
			}
			q := &question{program: program, dvr: &zkpass.DVRToken{Claims: zkpass.Claims{LoginNonce: nonce}}}
			if got := a.comparisons(q); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// TestOtherQuestions: a question that is more than comparisons is told output by
// output.
func TestOtherQuestions(t *testing.T) {
	a := &App{options: Options{Logger: slog.New(slog.DiscardHandler)}}
	if err := a.readFiles(); err != nil {
		t.Fatal(err)
	}
	program, err := query.Compile([]byte(`[{"output": {"adult": {">=": [{"get_age": [{"dvar": "birthdate"}, "YYYY-MM-DD"]}, 18]}}},
		{"output": {"mail": {"dvar": "email"}}}]`), []string{""}, query.WithFormat("", query.JWT))
	if err != nil {
		t.Fatal(err)
	}
	idToken := "e30." + base64.RawURLEncoding.EncodeToString([]byte(
		`{"sub":"s","birthdate":"2000-10-31","email":"jane@mail.example","<b>":"x"}`)) + ".c2ln"
	words := a.words.For(httptest.NewRequest(http.MethodGet, "/", nil))
	x, err := a.explain(words, &question{program: program, dvr: new(zkpass.DVRToken)}, idToken)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	a.pages.Show(w, http.StatusOK, "consent", page{Words: words, Title: web.Say("consent.title", "partner", "Shop"), Content: stepPage{Partner: Partner{Name: "Shop"}, Explanation: x}})
	text := html.UnescapeString(w.Body.String())
	for _, want := range []string{
		"Shop learns", "adult", "If it is true: ", "If it is false: ", "at least 18", "tells the value of ‘email’",
		"Your account has no answer", "Account number", "Share this", // it has no marker for the e-mail address
	} {
		if w.Code != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("status %d; the page does not say %q", w.Code, want)
		}
	}
	for _, bad := range []string{"jane@mail.example", "2000-10-31", "Is all of this true"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page says %q", bad)
		}
	}
	if strings.Contains(w.Body.String(), "<b>\"") {
		t.Error("a member's name is not escaped")
	}
}

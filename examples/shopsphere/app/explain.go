package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
	"github.com/zkpass-go/zkpass/query"
)

// knownClaims are the claims of ShopSphere's ID tokens that its customers have a word
// for: the sentence claim.NAME.
var knownClaims = []string{
	"iss", "sub", "name", "firstName", "lastName", "gender", "birthdate", "driverLicenseNumber", "email", "picture",
}

// technicalClaims are about the sign-in and not about the customer.
var technicalClaims = []string{"aud", "exp", "iat", "nbf", "auth_time", "nonce", "amr", "azp", "client_id", "at_hash", "c_hash", "sid"}

// explanation is what the customer decides on.
type explanation struct {
	Rows  []row // what is compared, if the question is no more than that
	Told  query.Explanation
	Exact string // all of it, in the words of package query

	// Known is whether the rest is known here: it is not where the ID token is in the
	// customer's browser alone.
	Known  bool
	Keeps  []string // what is in the token and not looked at
	Answer []output // what would be sent
	Yes    bool     // all rows hold
	Unable bool     // the account has no answer
}

// row is one comparison, for the customer.
type row struct {
	Label, Text string
	Claim, Want string // what is compared with what; no claim if it is the sign-in
	Differs     bool
	Yours       string // what the account has instead
}

// output is one value of an answer.
type output struct{ Name, Value string }

// explain says what a request asks and, with an ID token, what the answer would be.
// The answer is computed here and shown to nobody but the token's owner.
func (a *App) explain(words web.Words, q *question, idToken string) (*explanation, error) {
	told := query.ExplainIn(query.Language(words.Lang), q.program)
	x := &explanation{Told: told, Exact: told.String()}
	names := claimNames(words)
	for _, c := range a.comparisons(q) {
		r, err := a.row(words, names, c)
		if err != nil {
			return nil, err
		}
		x.Rows = append(x.Rows, r)
	}
	if idToken == "" {
		return x, nil
	}
	payload, err := payloadOf(idToken)
	if err != nil {
		return nil, err
	}
	x.Known = true
	return x, a.answer(words, names, q, x, payload)
}

// row tells a comparison.
func (a *App) row(words web.Words, names map[string]string, c comparison) (row, error) {
	if c.Claim != "" {
		r := row{Label: names[c.Claim], Text: c.Text, Claim: c.Claim, Want: c.Text}
		if c.Claim == "iss" && c.Text == a.options.Issuer {
			r.Text = "ShopSphere"
		}
		return r, nil
	}
	label, err := words.T("signin.label")
	if err != nil {
		return row{}, err
	}
	var asked []string
	for _, name := range strings.Fields(c.Text) {
		text, err := words.T("signin." + name)
		if err != nil {
			return row{}, err
		}
		asked = append(asked, text)
	}
	return row{Label: label, Text: strings.Join(asked, ", ")}, nil
}

// answer adds what the answer would be for the payload of an ID token.
func (a *App) answer(words web.Words, names map[string]string, q *question, x *explanation, payload []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return fmt.Errorf("reading the ID token: %w", err)
	}
	asked := make(map[string]bool)
	for _, read := range x.Told.Reads {
		asked[read.Path] = true
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !asked[name] && !slices.Contains(technicalClaims, name) {
			x.Keeps = append(x.Keeps, plainName(names, name))
		}
	}
	doc, err := document.Parse(payload)
	if err != nil {
		return err
	}
	outputs, err := q.program.Eval(map[string]*document.Document{"": doc}, a.now())
	if err != nil {
		x.Unable = true
		return nil
	}
	x.Yes = string(outputs.JSON) == `{"result":true}`
	if x.Answer, err = outputsOf(words, outputs.JSON); err != nil {
		return err
	}
	return mark(words, x, members)
}

// mark marks the rows that differ from the account.
func mark(words web.Words, x *explanation, members map[string]json.RawMessage) error {
	missing, err := words.T("consent.missing")
	if err != nil {
		return err
	}
	differing := false
	for i := range x.Rows {
		r := &x.Rows[i]
		if r.Claim == "" {
			continue
		}
		var own string
		if json.Unmarshal(members[r.Claim], &own) != nil {
			own = missing
		}
		if r.Differs = own != r.Want; r.Differs {
			r.Yours, differing = own, true
		}
	}
	for i := range x.Rows {
		if x.Rows[i].Claim == "" {
			x.Rows[i].Differs = !x.Yes && !differing
		}
	}
	return nil
}

// outputsOf returns the members of an answer in their order, for people.
func outputsOf(words web.Words, object []byte) ([]output, error) {
	said := make(map[string]string)
	for _, value := range []string{"true", "false"} {
		text, err := words.T("value." + value)
		if err != nil {
			return nil, err
		}
		said[value] = text
	}
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	var list []output
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("reading the answer: %w", err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("reading the answer: %w", err)
		}
		text := string(value)
		if known := said[text]; known != "" {
			text = known
		} else if plainText := ""; json.Unmarshal(value, &plainText) == nil {
			text = plainText
		}
		list = append(list, output{fmt.Sprint(name), text})
	}
	return list, nil
}

// claimNames are the claims in the customer's words.
func claimNames(words web.Words) map[string]string {
	names := make(map[string]string)
	for _, claim := range knownClaims {
		if text, err := words.T("claim." + claim); err == nil {
			names[claim] = text
		}
	}
	return names
}

// plain are texts that read as what they are: letters, digits, single spaces
// between them and what stands in names, numbers and addresses.
var plain = regexp.MustCompile(`^[\p{Latin}0-9.:/@_'’|+-]+( [\p{Latin}0-9.:/@_'’|+-]+)*$`)

// plainName is a member of a token in the customer's words.
func plainName(names map[string]string, name string) string {
	if known := names[name]; known != "" {
		return known
	}
	return strconv.QuoteToASCII(name)
}

// payloadOf returns the payload of a token in compact form.
func payloadOf(token string) ([]byte, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("reading the ID token: %d parts, want 3", len(parts))
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return nil, fmt.Errorf("reading the ID token: %w", err)
	}
	return payload, nil
}

package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// claimNames are the claims of ShopSphere's ID tokens in the words of its customers.
var claimNames = map[string]string{
	"iss": "Account at", "sub": "Account number", "name": "Full name", "firstName": "First name",
	"lastName": "Last name", "gender": "Gender", "birthdate": "Birthday", "driverLicenseNumber": "Driver’s license",
	"email": "E-mail address", "picture": "Picture",
}

// technicalClaims are about the sign-in and not about the customer.
var technicalClaims = []string{"aud", "exp", "iat", "nbf", "auth_time", "nonce", "amr", "azp", "client_id", "at_hash", "c_hash", "sid"}

// explanation is what the customer decides on.
type explanation struct {
	Tests  []comparison // what is compared, if the question is no more than that
	Told   query.Explanation
	Exact  string   // all of it, in the words of package query
	Keeps  []string // what is in the token and not looked at
	Answer string   // what would be sent: outputs as JSON
	Yes    bool     // the answer is {"result":true}
	Unable string   // why there is no answer
}

// explain says what a request asks, and what the answer would be for an ID token.
// The answer is computed here and shown to nobody but the token's owner.
func (a *App) explain(q *question, idToken string) (*explanation, error) {
	told := query.Explain(q.program)
	x := &explanation{Tests: a.comparisons(q), Told: told, Exact: told.String()}
	asked := make(map[string]bool)
	for _, read := range told.Reads {
		asked[read.Path] = true
	}
	payload, err := payloadOf(idToken)
	if err != nil {
		return nil, err
	}
	members, err := memberNames(payload)
	if err != nil {
		return nil, err
	}
	for _, name := range members {
		if !asked[name] && !slices.Contains(technicalClaims, name) {
			x.Keeps = append(x.Keeps, plainName(name))
		}
	}
	doc, err := document.Parse(payload)
	if err != nil {
		return nil, err
	}
	outputs, err := q.program.Eval(map[string]*document.Document{"": doc}, a.now())
	if err != nil {
		x.Unable = err.Error()
		return x, nil
	}
	x.Answer = string(outputs.JSON)
	x.Yes = x.Answer == `{"result":true}`
	return x, nil
}

// plain are texts that read as what they are: letters, digits, single spaces
// between them and what stands in names, numbers and addresses.
var plain = regexp.MustCompile(`^[\p{Latin}0-9.:/@_'’|+-]+( [\p{Latin}0-9.:/@_'’|+-]+)*$`)

// plainName is a member of a token in the customer's words.
func plainName(name string) string {
	if known := claimNames[name]; known != "" {
		return known
	}
	return strconv.QuoteToASCII(name)
}

// outcome says of which answer a reveal speaks.
func outcome(r query.Reveal) string {
	switch {
	case r.Outcome == nil:
		return ""
	case *r.Outcome:
		return "If it is true: "
	default:
		return "If it is false: "
	}
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

// memberNames returns the names of an object's members in byte order.
func memberNames(object []byte) ([]string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, fmt.Errorf("reading the ID token: %w", err)
	}
	var names []string
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

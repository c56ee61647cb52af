package front

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/verifier"
	"github.com/zkpass-go/zkpass/verify"
)

func (o *object) seconds(name string) time.Duration {
	value := o.take(name)
	if value == nil {
		return 0
	}
	var n int64
	if json.Unmarshal(value, &n) != nil || n < 1 || n > int64(verify.MaxLife/time.Second) {
		o.fail("member %s: want a whole number of seconds from 1 to %d", name, int(verify.MaxLife/time.Second))
	}
	return time.Duration(n) * time.Second
}

// queryText is the text of a query, which may stand as JSON itself.
func (o *object) queryText() string {
	value := o.take("query")
	if value == nil {
		o.fail("member query: want a query, as JSON or its text as a string")
		return ""
	}
	if value[0] != '"' {
		return string(value)
	}
	var s string
	_ = json.Unmarshal(value, &s) // it is a string
	return s
}

// question reads the body of a request for a request.
func question(body []byte) (q verifier.Question, err error) {
	o := openBody(body)
	q.Title, q.Query = o.needText("title"), o.queryText()
	q.Life, q.ResponseURI = o.seconds("expires_in"), o.text("response_uri")
	q.Login, q.ZKVM = o.login(), o.text("zkvm")
	issuers := o.take("issuers")
	if err := o.end(); err != nil {
		return q, err
	}
	list := openObject("issuers", issuers)
	q.Issuers = make(map[string]verifier.Issuer, len(list.members))
	for tag, text := range list.members {
		if q.Issuers[tag], err = issuer(tag, text); err != nil {
			return q, err
		}
	}
	return q, list.err
}

// login reads what a fresh login is asked of: true for the only document, or a tag.
func (o *object) login() *string {
	value := o.take("login_nonce")
	if value == nil || string(value) == "false" {
		return nil
	}
	var tag string
	if string(value) != "true" && json.Unmarshal(value, &tag) != nil {
		o.fail("member login_nonce: want true, or the tag of a document")
	}
	return &tag
}

func issuer(tag string, text []byte) (i verifier.Issuer, err error) {
	o := openObject(fmt.Sprintf("issuers: %.40q", tag), text)
	keys := o.take("jwks")
	i.KeyID, i.Format, i.DataURL = o.text("kid"), zkpass.Format(o.text("format")), o.text("data_url")
	switch {
	case keys == nil:
		o.fail("member jwks: want the URL of a key set, or a key set")
	case keys[0] == '"':
		_ = json.Unmarshal(keys, &i.KeySetURL) // it is a string
	default:
		if i.KeySet, err = zkpass.ParseKeySet(keys); err != nil {
			o.fail("member jwks: %v", err)
		}
	}
	if i.Format != "" && i.Format != zkpass.FormatZKPass && i.Format != zkpass.FormatJWT {
		o.fail("member format: want %s or %s", zkpass.FormatZKPass, zkpass.FormatJWT)
	}
	return i, o.end()
}

// requestAnswer is what the maker of a request gets.
type requestAnswer struct {
	ID         string    `json:"dvr_id"`
	Token      string    `json:"dvr_token"`
	Expires    time.Time `json:"expires_at"`
	LoginNonce string    `json:"login_nonce,omitempty"`
}

func (d *desk) postRequest(x *exchange) {
	body, leave, ok := x.receive(apikey.ScopeRequest)
	if !ok {
		return
	}
	defer leave()
	q, err := question(body)
	if err != nil {
		x.malformed(err.Error())
		return
	}
	request, err := d.Ask(x.r.Context(), q)
	switch {
	case err == nil:
		x.sendJSON(http.StatusCreated, requestAnswer{request.ID, request.Token, request.Expires, request.LoginNonce})
	case errors.Is(err, query.ErrCompile):
		x.refuse(http.StatusUnprocessableEntity, zkpass.ProblemQuery, err.Error())
	case errors.Is(err, verifier.ErrRequest):
		code := zkpass.ProblemMalformed
		if errors.Is(err, zkpass.ErrUnsupportedZKVM) {
			code = zkpass.ProblemUnsupported
		} else if errors.Is(err, zkpass.ErrUnprovable) || errors.Is(err, zkpass.ErrAlgorithm) || errors.Is(err, zkpass.ErrUnknownKey) || errors.Is(err, zkpass.ErrNotAllowed) {
			code = zkpass.ProblemKeys
		}
		x.refuse(http.StatusUnprocessableEntity, code, err.Error())
	default:
		x.refused("making a request", err)
	}
}

// submission reads the body of a request to verify.
func submission(body []byte) (s verifier.Submission, err error) {
	o := openBody(body)
	// A proof made without a service is itself an object.
	if proof := o.take("proof"); proof == nil {
		o.fail("member proof: want a proof token, or the object of a proof made locally")
	} else if proof[0] != '"' {
		s.Proof = string(proof)
	} else {
		_ = json.Unmarshal(proof, &s.Proof) // it is a string
		s.Proof = strings.TrimSpace(s.Proof)
	}
	s.ID, s.Token, s.Peek = o.text("dvr_id"), o.text("dvr_token"), o.bool("peek")
	if (s.ID == "") == (s.Token == "") {
		o.fail("want either dvr_id or dvr_token")
	}
	return s, o.end()
}

func (d *desk) postVerify(x *exchange) {
	body, leave, ok := x.receive(apikey.ScopeVerify)
	if !ok {
		return
	}
	defer leave()
	idempotency, err := parseIdempotencyKey(x.r.Header)
	if err != nil {
		x.malformed(err.Error())
		return
	}
	s, err := submission(body)
	if err != nil {
		x.malformed(err.Error())
		return
	}
	if idempotency != "" && !s.Peek {
		s.Once = verifier.NewIdempotency(x.key.Key, idempotency, body)
	}
	answer, err := d.Check(x.r.Context(), s)
	if err != nil {
		x.refused("checking a proof", err)
		return
	}
	x.sendJSON(http.StatusOK, answer)
}

// program reads and compiles a query for the documents that the body names. If it
// cannot, it has answered.
func (x *exchange) program(body []byte) (*query.Program, query.Language, bool) {
	o := openBody(body)
	text, language := o.queryText(), query.Language(o.text("language"))
	formats := o.take("documents")
	if err := o.end(); err != nil {
		x.malformed(err.Error())
		return nil, "", false
	}
	if language == "" {
		language = query.English
	}
	if !slices.Contains(query.Languages(), language) {
		x.malformed("body: member language: unknown language")
		return nil, "", false
	}
	tags, options := []string{""}, []query.Option(nil)
	if formats != nil {
		list := openObject("documents", formats)
		tags = slices.Sorted(maps.Keys(list.members))
		for _, tag := range tags {
			switch zkpass.Format(list.text(tag)) {
			case zkpass.FormatJWT:
				options = append(options, query.WithFormat(tag, query.JWT))
			case zkpass.FormatZKPass:
			default:
				list.fail("member %.40q: want %s or %s", tag, zkpass.FormatZKPass, zkpass.FormatJWT)
			}
		}
		if list.err != nil {
			x.malformed(list.err.Error())
			return nil, "", false
		}
	}
	program, err := query.Compile([]byte(text), tags, options...)
	if err != nil {
		x.refuse(http.StatusUnprocessableEntity, zkpass.ProblemQuery, err.Error())
		return nil, "", false
	}
	return program, language, true
}

// checked is what is told of a valid query.
type checked struct {
	Paths   int            `json:"paths"`
	Outputs []string       `json:"outputs"`
	Advice  []query.Advice `json:"advice"`
}

func (d *desk) postCheck(x *exchange) {
	body, leave, ok := x.receive(apikey.ScopeRequest)
	if !ok {
		return
	}
	defer leave()
	program, language, ok := x.program(body)
	if !ok {
		return
	}
	advice := query.ExplainIn(language, program).Advice
	x.sendJSON(http.StatusOK, checked{len(program.Paths), append([]string{}, program.Outputs...), append([]query.Advice{}, advice...)})
}

func (d *desk) postExplain(x *exchange) {
	body, leave, ok := x.receive(apikey.ScopeRequest)
	if !ok {
		return
	}
	defer leave()
	program, language, ok := x.program(body)
	if !ok {
		return
	}
	x.sendJSON(http.StatusOK, query.ExplainIn(language, program))
}

package integration

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

// A proof counts once, and for the customer alone that the request was made for.
func TestProofCountsOnce(t *testing.T) {
	s := newScene(t)
	table := newTable()
	s.verifier.Answered = SQLStore{sql.OpenDB(table)}
	proof := s.prove(t, "jane", s.ask(t, "jane"))
	if status, _ := s.bring(t, "", proof); status != http.StatusUnauthorized {
		t.Errorf("brought by nobody: status %d", status)
	}
	if status, _ := s.bring(t, "ravi", proof); status != http.StatusNotFound {
		t.Errorf("brought by another customer: status %d", status)
	}
	s.expect(t, jane)
	if status, text := s.bring(t, "jane", proof); status != http.StatusOK || text != "{\"result\":true}\n" {
		t.Errorf("status %d: %s", status, text)
	}
	if status, _ := s.bring(t, "jane", proof); status != http.StatusConflict {
		t.Errorf("brought again: status %d", status)
	}
	s.expect(t, jane, true)
}

// Ravi's request is about Ravi, whoever answers it.
func TestAnswerOfAnotherPerson(t *testing.T) {
	s := newScene(t)
	status, text := s.bring(t, "ravi", s.prove(t, "jane", s.ask(t, "ravi")))
	if status != http.StatusOK || text != "{\"result\":false}\n" {
		t.Errorf("status %d: %s", status, text)
	}
	s.expect(t, ravi, false)
}

// An account counts if it is the customer's in all that is asked, and still good.
func TestQuestion(t *testing.T) {
	for name, change := range map[string]func(*Account){
		"expired":        func(a *Account) { a.Expires = time.Now().Add(-time.Minute).Unix() },
		"another issuer": func(a *Account) { a.Issuer = "https://other.example" },
		"another name":   func(a *Account) { a.LastName = ravi.LastName },
		"another number": func(a *Account) { a.License = ravi.License },
	} {
		s := newScene(t)
		s.issuer.Lookup = func(_ context.Context, user string) (*Account, error) {
			a := account(s.verifier.Issuer, user)
			change(a)
			return a, nil
		}
		status, text := s.bring(t, "jane", s.prove(t, "jane", s.ask(t, "jane")))
		if status != http.StatusOK || text != "{\"result\":false}\n" {
			t.Errorf("%s: status %d: %s", name, status, text)
		}
		s.expect(t, jane, false)
	}
}

func TestTooLate(t *testing.T) {
	s := newScene(t)
	proof := s.prove(t, "jane", s.ask(t, "jane"))
	s.mu.Lock()
	s.later = requestLife + zkpass.Skew + time.Second
	s.mu.Unlock()
	if status, _ := s.bring(t, "jane", proof); status != http.StatusGone {
		t.Errorf("status %d", status)
	}
	s.expect(t, jane)
}

// A request of one's own under the verifier's id, about data of one's own, proves
// nothing to the verifier; nor does it with the names in the proof changed.
func TestWrongIssuer(t *testing.T) {
	s := newScene(t)
	token := s.ask(t, "jane")
	genuine, err := zkpass.ParseDVRToken(token)
	if err != nil {
		t.Fatal(err)
	}
	rogue := &Issuer{SigningKeys: []*zkpass.PrivateKey{newKey(t)}, Lookup: s.issuer.Lookup}
	document, err := rogue.Sign(t.Context(), "jane", rogue.SigningKeys[0])
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]string{"": document}
	if _, err := local.Prove(t.Context(), token, documents, local.Options{}); !errors.Is(err, zkpass.ErrSignature) {
		t.Errorf("proving with another issuer's token: %v", err)
	}
	forged := genuine.DVR
	forged.Requests = map[string]zkpass.UserDataRequest{"": {VerifyingKey: rogue.SigningKeys[0].Public().Option()}}
	key := newKey(t)
	option := key.Public().Option()
	forged.VerifyingKey = &option
	request, err := zkpass.SignDVR(&forged, genuine.Claims, key)
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(t.Context(), request, documents, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name string) {
		t.Helper()
		text, err := zkpass.MarshalLocalProof(result.Proof)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := s.bring(t, "jane", string(text)); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, status)
		}
	}
	refused("as made")
	result.Proof.DVRDigest, result.Proof.DVRVerifyingKey = genuine.DVR.Digest(), genuine.DVR.VerifyingKey
	refused("with the request's digest and key")
	result.Proof.UserDataVerifyingKeys[""] = genuine.DVR.Requests[""].VerifyingKey
	refused("with the issuer's key too")
	s.expect(t, jane)
}

// A signed proof needs a service that the verifier accepts. It is not used up.
func TestUnknownService(t *testing.T) {
	s := newScene(t)
	proof := s.prove(t, "jane", s.ask(t, "jane"))
	parsed, err := zkpass.ParseProofToken(proof)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := zkpass.SignProof(&parsed.Proof, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := s.bring(t, "jane", signed); status != http.StatusUnprocessableEntity {
		t.Errorf("no service is accepted: status %d", status)
	}
	s.useService(t, startService(t).URL)
	if status, _ := s.bring(t, "jane", signed); status != http.StatusUnprocessableEntity {
		t.Errorf("another service is accepted: status %d", status)
	}
	s.expect(t, jane)
	if status, _ := s.bring(t, "jane", proof); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

func TestApplyFails(t *testing.T) {
	s := newScene(t)
	s.verifier.Apply = func(context.Context, string, bool) error { return errors.New("the database is away") }
	proof := s.prove(t, "jane", s.ask(t, "jane"))
	status, text := s.bring(t, "jane", proof)
	if status != http.StatusInternalServerError || !strings.Contains(text, "new request") {
		t.Errorf("status %d: %s", status, text)
	}
	if status, _ := s.bring(t, "jane", proof); status != http.StatusConflict {
		t.Errorf("again: status %d", status)
	}
}

func TestBadProofs(t *testing.T) {
	s := newScene(t)
	for name, test := range map[string]struct {
		proof string
		want  int
	}{
		"empty":     {"", http.StatusBadRequest},
		"text":      {"proof", http.StatusBadRequest},
		"a request": {s.ask(t, "jane"), http.StatusBadRequest},
		"too large": {strings.Repeat("a", maxProof+1), http.StatusRequestEntityTooLarge},
	} {
		if status, _ := s.bring(t, "jane", test.proof); status != test.want {
			t.Errorf("%s: status %d, want %d", name, status, test.want)
		}
	}
	s.expect(t, jane)
}

// Only customers who are logged in get requests, and other sites' pages cannot ask for
// one in their name.
func TestRequests(t *testing.T) {
	s := newScene(t)
	post := func(user, query string, header ...string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.partner.Origin+"/requests"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if header != nil {
			r.Header.Set(header[0], header[1])
		}
		return do(t, r, user)
	}
	if status, _ := post("", ""); status != http.StatusUnauthorized {
		t.Errorf("nobody: status %d", status)
	}
	if status, _ := post("jane", "", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("from another site: status %d", status)
	}
	if status, _ := post("jane", "?kid=nosuch"); status != http.StatusUnprocessableEntity {
		t.Errorf("a key that the issuer does not publish: status %d", status)
	}
	status, token := post("jane", "?kid="+s.issuer.SigningKeys[0].Public().ID())
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	request, err := zkpass.ParseDVRToken(token)
	if err != nil {
		t.Fatal(err)
	}
	claims := request.Claims
	if claims.Issuer != s.partner.Origin || claims.ResponseURI != s.partner.Origin+proofsPath || claims.Expires.Sub(claims.IssuedAt) != requestLife {
		t.Errorf("claims %+v", claims)
	}
	set, err := fetcher(t, s.partner.KeySet).KeySet(t.Context(), s.partner.KeySet)
	if err != nil {
		t.Fatal(err)
	}
	key, err := set.Key(request.Header().KeyID, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := request.Verify(key); err != nil {
		t.Error(err)
	}
}

// A name is a literal of the query, whatever is in it.
func TestNamesAreLiterals(t *testing.T) {
	v := &Verifier{Issuer: "https://issuer.example"}
	for _, name := range []string{`Jane`, `O"Hara`, `x"},true]}]},{"output":{"all":{"dvar":"license`, "\\", "<&>", "\u2028", "名"} {
		text, err := v.question(&Customer{FirstName: name})
		if err != nil {
			t.Fatal(err)
		}
		program, err := query.Compile([]byte(text), []string{""})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		facts := program.Body[0].Expr.Args
		if len(program.Body) != 1 || len(facts) != 5 || facts[1].Args[1].Literal.Str != name {
			t.Errorf("%s is not the literal of the query", quoted)
		}
	}
}

// The issuer's keys change while there are tokens under the old one: holders name the key
// of theirs, and the issuer keeps both for a while.
func TestRotation(t *testing.T) {
	s := newScene(t)
	old := s.issuer.SigningKeys[0]
	document, err := s.issuer.Sign(t.Context(), "jane", old)
	if err != nil {
		t.Fatal(err)
	}
	s.issuer.SigningKeys = []*zkpass.PrivateKey{newKey(t), old} // before anybody has fetched them
	holder := s.holder(t, "jane")
	request, err := holder.Ask(t.Context(), s.partner, old.Public().ID())
	if err != nil {
		t.Fatal(err)
	}
	holder.Documents = func(context.Context, *zkpass.DVR) (map[string]string, error) {
		return map[string]string{"": document}, nil
	}
	if err := holder.Answer(t.Context(), request); err != nil {
		t.Errorf("with a token under the old key: %v", err)
	}
	s.expect(t, jane, true)
}

// A store that is in doubt refuses.
func TestStoreFails(t *testing.T) {
	s := newScene(t)
	table := newTable()
	table.fail = errors.New("the database is away")
	s.verifier.Answered = SQLStore{sql.OpenDB(table)}
	proof := s.prove(t, "jane", s.ask(t, "jane"))
	if status, _ := s.bring(t, "jane", proof); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	s.expect(t, jane)
}

var _ verify.OnceStore = SQLStore{}

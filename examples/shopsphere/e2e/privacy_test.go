package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/examples/shopsphere/krisna"
	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
	"github.com/zkpass-go/zkpass/internal/marks"
)

// public are the claims that Krisna put into the query itself, and the claims that
// are times: those differ by a few seconds at most from the times of the request
// and the proof, which Krisna does have.
var public = map[string]bool{
	"iss": true, "aud": true, "azp": true, "client_id": true, "nonce": true, "firstName": true, "lastName": true,
	"driverLicenseNumber": true, "iat": true, "auth_time": true,
}

// TestKrisnaLearnsNothing records all that reaches Krisna while Jane gets her
// discount, and then looks at all that Krisna stores: none of Jane's claims is there
// beyond those that Krisna asked about, and no part of her ID token.
func TestKrisnaLearnsNothing(t *testing.T) {
	t.Parallel()
	t.Run("proof by the app", func(t *testing.T) { testKrisnaLearnsNothing(t, stage.Options{}) })
	t.Run("proof by the service", func(t *testing.T) { testKrisnaLearnsNothing(t, stage.Options{Binary: zkpassBinary(t)}) })
	// Then the app's server learns nothing either, nor does the provider see the token again.
	t.Run("proof in the page", func(t *testing.T) { testKrisnaLearnsNothing(t, stage.Options{SDK: sdkFiles(t)}) })
}

func testKrisnaLearnsNothing(t *testing.T, options stage.Options) {
	var shop, provider, server recorder
	dir := t.TempDir()
	options.Dir = dir
	options.Listener = func(party string, listener net.Listener) net.Listener {
		switch party {
		case "krisna":
			return shop.around(listener)
		case "provider":
			return provider.around(listener)
		case "app":
			return server.around(listener)
		}
		return listener
	}
	s := newStage(t, options)
	b := newTab(t)
	b.consent(s, stage.Jane)
	b.press(shareYes)
	b.at("10% off is yours")
	if options.Binary != "" {
		b.made("by the zkPass service")
	}
	b.open(s.Krisna + "/received")
	b.at("What Krisna has received")

	sought := marksOf(t, idTokenIn(t, provider.sent()))
	seek := marks.NewSeeker(sought)
	requests, proofs := 0, 0
	for i, data := range shop.received() {
		seek.Look(fmt.Sprintf("connection %d to Krisna", i), data)
		requests += bytes.Count(data, []byte("HTTP/1.1\r\n"))
		proofs += bytes.Count(data, []byte("\r\n\r\nproof="))
	}
	if requests < 10 || proofs != 2 {
		t.Fatalf("recorded %d requests and %d with a proof: some are missing", requests, proofs)
	}
	if options.SDK != nil {
		report(t, lookAtReceived(t, "the app's server", sought, &server, 6))
		report(t, lookAtReceived(t, "the provider", sought, &provider, 4))
	}
	// What Krisna fetches by itself: key sets.
	fetched := []string{s.Provider + "/keys"}
	if s.Service != nil {
		fetched = append(fetched, s.Service.URL+"/.well-known/jwks.json")
	}
	for _, url := range fetched {
		seek.Look(url, get(t, url))
	}
	report(t, seek)

	stored := marks.NewSeeker(sought)
	s.Close() // writes all to disk
	if files := lookInFiles(t, stored, filepath.Join(dir, "krisna")); files == 0 {
		t.Fatal("Krisna has stored nothing")
	}
	report(t, stored)
}

// lookAtReceived looks at all that a party has received, in at least so many requests.
func lookAtReceived(t *testing.T, party string, sought map[string]string, r *recorder, atLeast int) *marks.Seeker {
	t.Helper()
	seek := marks.NewSeeker(sought)
	requests := 0
	for i, data := range r.received() {
		seek.Look(fmt.Sprintf("connection %d to %s", i, party), data)
		requests += bytes.Count(data, []byte("HTTP/1.1\r\n"))
	}
	if requests < atLeast {
		t.Fatalf("recorded %d requests to %s: some are missing", requests, party)
	}
	return seek
}

// TestPlantedMarksAreFound makes sure that the test above can fail: what is planted
// in traffic and in the store is found there.
func TestPlantedMarksAreFound(t *testing.T) {
	t.Parallel()
	var shop recorder
	dir := t.TempDir()
	s := newStage(t, stage.Options{Dir: dir, Listener: func(party string, listener net.Listener) net.Listener {
		if party == "krisna" {
			return shop.around(listener)
		}
		return listener
	}})
	const mark = "planted@mark.example"
	sought := map[string]string{"mark": mark}
	for name, request := range map[string]func() *http.Request{
		"in a cookie": func() *http.Request {
			r := newRequest(t, http.MethodGet, s.Krisna, "")
			r.AddCookie(&http.Cookie{Name: "a", Value: base64.RawURLEncoding.EncodeToString([]byte("x" + mark))})
			return r
		},
		"in the address": func() *http.Request {
			return newRequest(t, http.MethodGet, s.Krisna+"/?next=planted%40mark.example", "")
		},
		"in a proof": func() *http.Request {
			inner, _ := json.Marshal(map[string]string{"zkproof": base64.StdEncoding.EncodeToString([]byte("\x01\x02" + mark))})
			token := "e30." + base64.RawURLEncoding.EncodeToString(inner) + ".c2ln"
			r := newRequest(t, http.MethodPost, s.Krisna+"/proofs", "proof="+token)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		},
	} {
		before := len(shop.received())
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(request())
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		seek := marks.NewSeeker(sought)
		for _, data := range shop.received()[before:] {
			seek.Look("traffic", data)
		}
		if seek.Found()["mark"] == "" {
			t.Errorf("a mark %s is not found", name)
		}
	}
	if err := s.Store.AddCustomers(t.Context(), []krisna.NewCustomer{{Username: "planted", Password: "p", LastName: mark}}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	seek := marks.NewSeeker(sought)
	lookInFiles(t, seek, filepath.Join(dir, "krisna"))
	if seek.Found()["mark"] == "" {
		t.Error("a mark in the store is not found")
	}
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.DefaultClient.Do(newRequest(t, http.MethodGet, url, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || body.Len() == 0 {
		t.Fatalf("%s: status %d, %d bytes", url, response.StatusCode, body.Len())
	}
	return body.Bytes()
}

// idTokenIn finds the one ID token in what the provider has sent.
func idTokenIn(t *testing.T, sent [][]byte) string {
	t.Helper()
	pattern := regexp.MustCompile(`"id_token":"([^"]+)"`)
	var tokens []string
	for _, data := range sent {
		for _, match := range pattern.FindAllSubmatch(data, -1) {
			tokens = append(tokens, string(match[1]))
		}
	}
	if len(tokens) != 1 {
		t.Fatalf("the provider has sent %d ID tokens, want 1", len(tokens))
	}
	return tokens[0]
}

// windowSize is of the parts of the ID token that are looked for: 18 bytes in base64.
const windowSize = 24

// marksOf returns what must not be found: the claims but those in public, and every
// part of the token's payload and signature that is long enough to be no chance.
func marksOf(t *testing.T, idToken string) map[string]string {
	t.Helper()
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		t.Fatal("the ID token has not three parts")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sub", "aud", "name", "gender", "birthdate", "email", "picture", "exp"} {
		if claims[name] == nil {
			t.Fatalf("Jane's ID token has no %s", name)
		}
	}
	sought := make(map[string]string)
	for name, value := range claims {
		if public[name] {
			continue
		}
		var list []string
		if json.Unmarshal(value, &list) == nil {
			value = json.RawMessage(strings.Join(list, " "))
		}
		if text := strings.Trim(string(value), `"`); len(text) >= marks.MinMark {
			sought["claim "+name] = text
		}
	}
	for part, text := range map[string]string{"payload": parts[1], "signature": parts[2]} {
		for from := 0; from+windowSize <= len(text); from += windowSize {
			window := text[from : from+windowSize]
			// Krisna's query has a name of a claim, and the nonce, that are long enough to fill a window.
			decoded, _ := base64.RawURLEncoding.DecodeString(window)
			if strings.Contains("driverLicenseNumber", string(decoded)) || strings.Contains(string(claims["nonce"]), string(decoded)) {
				continue
			}
			sought[fmt.Sprintf("ID token, %s from %d", part, from)] = window
		}
	}
	return sought
}

// lookInFiles looks in all files under a directory.
func lookInFiles(t *testing.T, seek *marks.Seeker, dir string) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		seek.Look(path, data)
		files++
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// report fails the test for every mark that was found.
func report(t *testing.T, seek *marks.Seeker) {
	t.Helper()
	for name, where := range seek.Found() {
		t.Errorf("%s was found: %s", name, where)
	}
}

package zkpass

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// newTestProof returns a proof in the right form, whose zkproof proves nothing.
func newTestProof(t testing.TB, dvr *DVR) *Proof {
	return &Proof{
		ZKVM: dvr.ZKVM, DVRTitle: dvr.Title, DVRID: dvr.ID, DVRDigest: dvr.Digest(),
		Output:                `{"result":true,"name":"caf\u00e9"}`,
		Time:                  time.Unix(1767225600, 0).UTC(),
		Documents:             map[string]ProofDocument{"": {Header: encode(`{"alg":"RS256","jwk":{}}`), Class: "576/8"}},
		UserDataVerifyingKeys: map[string]KeyOption{"": testKey(t, RS256).Public().Option()},
		DVRVerifyingKey:       dvr.VerifyingKey,
		ZKProof:               []byte{0, 1, 2, 250},
	}
}

func TestProofTokenForms(t *testing.T) {
	dvr := newTestDVR(t)
	proof := newTestProof(t, dvr)
	key := testKey(t, ES256, "service")
	signed, err := SignProof(proof, key)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := MarshalLocalProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(string(bare), "\r\n") || !strings.HasPrefix(string(bare), `{"data":{"zkvm":`) {
		t.Errorf("bare form %s", bare)
	}
	for _, text := range []string{signed, string(bare), " " + string(bare) + "\n"} {
		got, err := ParseProofToken(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*proof, got.Proof); diff != "" {
			t.Error(diff)
		}
		if got.Signed() != (text == signed) {
			t.Errorf("signed: %v", got.Signed())
		}
		if err := got.Proof.MatchDVR(dvr); err != nil {
			t.Error(err)
		}
		if text == signed {
			if err := got.Verify(key.Public()); err != nil {
				t.Error(err)
			}
			if err := got.Verify(testKey(t, ES256).Public()); !errors.Is(err, ErrSignature) {
				t.Errorf("another key: %v", err)
			}
		} else if err := got.Verify(key.Public()); !errors.Is(err, ErrNotSigned) {
			t.Errorf("a bare proof: %v", err)
		}
	}
	if _, err := SignProof(proof, testKey(t, RS256)); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("RS256: %v", err)
	}
	broken := *proof
	broken.Output = ""
	if _, err := MarshalLocalProof(&broken); !errors.Is(err, ErrMalformed) {
		t.Errorf("no output: %v", err)
	}
}

// The DVR swapped after proving: every part that the proof repeats is compared.
func TestProofMatchDVR(t *testing.T) {
	dvr := newTestDVR(t)
	for name, change := range map[string]func(*Proof){
		"digest": func(p *Proof) { p.DVRDigest = strings.Repeat("0", 64) },
		"zkvm":   func(p *Proof) { p.ZKVM = "r0" },
		"title":  func(p *Proof) { p.DVRTitle = "Another" },
		"id":     func(p *Proof) { p.DVRID = NewDVRID() },
	} {
		proof := newTestProof(t, dvr)
		if err := proof.MatchDVR(dvr); err != nil {
			t.Fatal(err)
		}
		change(proof)
		if err := proof.MatchDVR(dvr); !errors.Is(err, ErrDigestMismatch) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := newTestProof(t, dvr).MatchDVR(newTestDVR(t)); !errors.Is(err, ErrDigestMismatch) {
		t.Errorf("another DVR: %v", err)
	}
}

func TestProofMatchKeys(t *testing.T) {
	a, b := testKey(t, ES256, "a").Public(), testKey(t, RS256, "b").Public()
	proof := &Proof{UserDataVerifyingKeys: map[string]KeyOption{"a": a.Option(), "b": b.Option()}}
	if err := proof.MatchKeys(map[string]*PublicKey{"a": a, "b": b}); err != nil {
		t.Error(err)
	}
	for name, keys := range map[string]map[string]*PublicKey{
		"exchanged":   {"a": b, "b": a},
		"another key": {"a": testKey(t, ES256).Public(), "b": b},
		"one missing": {"a": a},
		"one more":    {"a": a, "b": b, "c": a},
		"another tag": {"a": a, "c": b},
		"nil":         {"a": a, "b": nil},
	} {
		if err := proof.MatchKeys(keys); !errors.Is(err, ErrKeyMismatch) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestProofRefusals(t *testing.T) {
	text, err := MarshalLocalProof(newTestProof(t, newTestDVR(t)))
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	header := encode(`{"alg":"RS256","jwk":{}}`)
	for name, change := range map[string][2]string{
		"unknown member":       {`{"zkvm"`, `{"more":1,"zkvm"`},
		"beside data":          {`{"data":`, `{"iat":1,"data":`},
		"member twice":         {`{"zkvm"`, `{"zkvm":"x","zkvm"`},
		"name in other case":   {`"zkproof"`, `"ZKProof"`},
		"missing":              {`"class":"576/8"`, `"clas":"576/8"`},
		"class empty":          {`"class":"576/8"`, `"class":""`},
		"class zero":           {`"class":"576/8"`, `"class":"576/0"`},
		"class long":           {`"class":"576/8"`, `"class":"576/88888888888888"`},
		"class leading zero":   {`"class":"576/8"`, `"class":"0576/8"`},
		"class one number":     {`"class":"576/8"`, `"class":"576"`},
		"class three numbers":  {`"class":"576/8"`, `"class":"576/8/8"`},
		"class number":         {`"class":"576/8"`, `"class":13`},
		"class letters":        {`"576/8"`, `"576/8ee"`},
		"class letters' order": {`"576/8"`, `"576/8ne"`},
		"class other letter":   {`"576/8"`, `"576/8f"`},
		"class early letter":   {`"576/8"`, `"576e/8"`},
		"class negative":       {`"576/8"`, `"576/-8"`},
		"class with sign":      {`"576/8"`, `"+576/8"`},
		"class with space":     {`"576/8"`, `"576 /8"`},
		"time fraction":        {`1767225600`, `1767225600.0`},
		"year 10000":           {`1767225600`, `253402300800`},
		"digest in upper case": {`"dvr_digest":"`, `"dvr_digest":"A`},
		"output no JSON":       {`"output":"{`, `"output":"`},
		"output twice a name":  {`\"name\"`, `\"result\"`},
		"header not base64url": {header, header + "="},
		"tags differ":          {`"documents":{""`, `"documents":{"a"`},
		"no document":          {`"documents":{"":{"header":"` + header + `","class":"576/8"}}`, `"documents":{}`},
		"zkproof padding":      {`"AAEC+g=="`, `"AAEC+g"`},
		"zkproof base64url":    {`"AAEC+g=="`, `"AAEC-g=="`},
		"zkproof loose bits":   {`"AAEC+g=="`, `"AAEC+h=="`},
		"zkproof line end":     {`"AAEC+g=="`, `"AAEC\n+g=="`},
		"zkproof empty":        {`"AAEC+g=="`, `""`},
		"zkproof null":         {`"AAEC+g=="`, `null`},
	} {
		if _, err := ParseProofToken(replaceOnce(t, good, change[0], change[1])); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	key, err := testKey(t, RS256).Public().Option().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	endpoint := replaceOnce(t, good, string(key), `{"KeysetEndpoint":{"jku":"https://op.example","kid":"k"}}`)
	if _, err := ParseProofToken(endpoint); !errors.Is(err, ErrMalformed) {
		t.Errorf("an endpoint as the key used: %v", err)
	}
	none := replaceOnce(t, good, header, encode(`{"alg":"none"}`))
	if _, err := ParseProofToken(none); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("a document's header with none: %v", err)
	}
	big := replaceOnce(t, good, "AAEC+g==", base64.StdEncoding.EncodeToString(make([]byte, MaxZKProof+1)))
	if _, err := ParseProofToken(big); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large proof: %v", err)
	}
	if _, err := ParseProofToken(strings.Repeat(" ", MaxProofToken+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a large token: %v", err)
	}
	jwk, _ := testKey(t, ES256, "x").Public().MarshalJSON()
	for name, test := range map[string]struct {
		header string
		want   error
	}{
		"jwk":   {`{"alg":"ES256","jwk":` + string(jwk) + `}`, ErrMalformed},
		"x5c":   {`{"alg":"ES256","x5c":[]}`, ErrMalformed},
		"x5u":   {`{"alg":"ES256","x5u":""}`, ErrMalformed},
		"RS256": {`{"alg":"RS256"}`, ErrAlgorithm},
		"none":  {`{"alg":"none"}`, ErrAlgorithm},
	} {
		if _, err := ParseProofToken(craft(t, testKey(t, ES256, "x"), test.header, good)); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestProofTimesAtTheEnds(t *testing.T) {
	for _, year := range []int{1, 9999} {
		proof := newTestProof(t, newTestDVR(t))
		proof.Time = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		text, err := json.Marshal(proof)
		if err != nil {
			t.Fatal(err)
		}
		var back Proof
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if !back.Time.Equal(proof.Time) {
			t.Errorf("year %d: %s", year, back.Time)
		}
	}
}

package zkpass

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func keyXY(x, y string) KeyOption { return KeyOption{PublicKey: &KeyValues{X: x, Y: y}} }

func pointer[T any](v T) *T { return &v }

// specifiedZKVM is the engine in the specification's second vector: a digest does
// not depend on which engines there are.
const specifiedZKVM = "libzk-v1"

// vectorDVRs are the two requests whose digests the specification gives.
func vectorDVRs() map[string]*DVR {
	url := pointer("https://data-issuer.org")
	return map[string]*DVR{
		"c5acef6bedd47a8de15c71be0a5c5bbda195eb9d069a247e2dabbe9802ed995a": {
			ZKVM: "r0", Title: "The DVR Title", ID: "UUIDv4", QueryEngineVersion: "123456", QueryMethodVersion: "9281212",
			Query: "true",
			Requests: map[string]UserDataRequest{
				"abc1": {URL: url, VerifyingKey: keyXY("123", "456")},
				"def2": {URL: url, VerifyingKey: keyXY("789", "abc")},
				"ghi3": {URL: url, VerifyingKey: keyXY("def", "ghi"), Format: FormatZKPass},
			},
		},
		"35e2edcb32f6ccc90d0e29d780866b4377c55378e68b4ce1ee68a3765a238865": {
			ZKVM: specifiedZKVM, Title: "R&D <café>", ID: "UUIDv4", QueryEngineVersion: "1", QueryMethodVersion: "2",
			Query: `[{"output":{"r":{">=":[{"dvar":"a"},1]}}}]` + "\n",
			Requests: map[string]UserDataRequest{
				"b": {Format: FormatJWT, VerifyingKey: KeyOption{KeysetEndpoint: &KeysetEndpoint{JKU: "https://op.example/jwks?a=1&b=2", KID: "k1"}}},
				"B": {VerifyingKey: keyXY("123", "456")},
			},
			VerifyingKey: pointer(keyXY("789", "abc")),
		},
	}
}

func TestDVRDigestVectors(t *testing.T) {
	for want, dvr := range vectorDVRs() {
		if got := dvr.Digest(); got != want {
			t.Errorf("digest of %q: %s, want %s", dvr.Title, got, want)
		}
		text, err := dvr.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var back DVR
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if back.Digest() != want {
			t.Errorf("digest after decoding %s: %s", text, back.Digest())
		}
	}
}

// Every member must count: a change that leaves the digest alone could be made
// after the proof.
func TestDVRDigestCoversEveryMember(t *testing.T) {
	changes := map[string]func(*DVR){
		"zkvm":    func(d *DVR) { d.ZKVM += "x" },
		"title":   func(d *DVR) { d.Title += "x" },
		"id":      func(d *DVR) { d.ID += "x" },
		"engine":  func(d *DVR) { d.QueryEngineVersion += "x" },
		"method":  func(d *DVR) { d.QueryMethodVersion += "x" },
		"query":   func(d *DVR) { d.Query += " " },
		"no key":  func(d *DVR) { d.VerifyingKey = nil },
		"dvr key": func(d *DVR) { d.VerifyingKey.PublicKey.X = "788" },
		"url": func(d *DVR) {
			r := d.Requests["b"]
			r.URL = pointer("")
			d.Requests["b"] = r
		},
		"format": func(d *DVR) {
			r := d.Requests["b"]
			r.Format = FormatZKPass
			d.Requests["b"] = r
		},
		"jku": func(d *DVR) { d.Requests["b"].VerifyingKey.KeysetEndpoint.JKU += "x" },
		"kid": func(d *DVR) { d.Requests["b"].VerifyingKey.KeysetEndpoint.KID += "x" },
		"y":   func(d *DVR) { d.Requests["B"].VerifyingKey.PublicKey.Y += "x" },
		"tags exchanged": func(d *DVR) {
			d.Requests["b"], d.Requests["B"] = d.Requests["B"], d.Requests["b"]
		},
		"tag renamed": func(d *DVR) {
			d.Requests["c"] = d.Requests["b"]
			delete(d.Requests, "b")
		},
		"document left out": func(d *DVR) { delete(d.Requests, "b") },
		"moved between members": func(d *DVR) {
			d.Title, d.ID = d.Title+`","dvr_id":"`+d.ID, ""
		},
	}
	seen := map[string]string{}
	for name, change := range changes {
		dvr := secondVector()
		before := dvr.Digest()
		change(dvr)
		after := dvr.Digest()
		if after == before {
			t.Errorf("%s: the digest did not change", name)
		}
		if other := seen[after]; other != "" {
			t.Errorf("%s and %s give one digest", name, other)
		}
		seen[after] = name
	}
}

func secondVector() *DVR {
	for _, dvr := range vectorDVRs() {
		if dvr.ZKVM == specifiedZKVM {
			dvr.ZKVM = LibZK
			return dvr
		}
	}
	panic("no vector")
}

const plainDVR = `{"zkvm":"libzk-v2","dvr_title":"T","dvr_id":"1","query_engine_ver":"1","query_method_ver":"2","query":"true",` +
	`"user_data_requests":{"":{"user_data_url":null,"user_data_verifying_key":{"PublicKey":{"x":"1","y":"2"}}}},"dvr_verifying_key":null}`

func TestDVRDecoding(t *testing.T) {
	var dvr DVR
	if err := json.Unmarshal([]byte(plainDVR), &dvr); err != nil {
		t.Fatal(err)
	}
	want := DVR{ZKVM: LibZK, Title: "T", ID: "1", QueryEngineVersion: "1", QueryMethodVersion: "2", Query: "true",
		Requests: map[string]UserDataRequest{"": {VerifyingKey: keyXY("1", "2"), Format: FormatZKPass}}}
	if diff := cmp.Diff(want, dvr); diff != "" {
		t.Error(diff)
	}
	// Writing the default format out changes nothing.
	var spelled DVR
	if err := json.Unmarshal([]byte(replaceOnce(t, plainDVR, `"user_data_url":null,`, `"user_data_url":null,"format":"zkpass",`)), &spelled); err != nil {
		t.Fatal(err)
	}
	if spelled.Digest() != dvr.Digest() {
		t.Error("the default format, spelled out, changes the digest")
	}
}

func TestDVRRefusals(t *testing.T) {
	const request = `{"user_data_url":null,"user_data_verifying_key":{"PublicKey":{"x":"1","y":"2"}}}`
	many := ""
	for _, tag := range []string{"a", "b", "c", "d"} {
		many += `"` + tag + `":` + request + `,`
	}
	for name, change := range map[string][2]string{
		"unknown member":        {`"zkvm"`, `"more":1,"zkvm"`},
		"name in other case":    {`"zkvm"`, `"ZKVM"`},
		"member twice":          {`"zkvm"`, `"zkvm":"x","zkvm"`},
		"member twice, escaped": {`"zkvm"`, `"zkv\u006d":"x","zkvm"`},
		"missing member":        {`"dvr_id":"1",`, ``},
		"missing dvr key":       {`,"dvr_verifying_key":null`, ``},
		"null string":           {`"dvr_id":"1"`, `"dvr_id":null`},
		"number for string":     {`"dvr_id":"1"`, `"dvr_id":1`},
		"empty id":              {`"dvr_id":"1"`, `"dvr_id":""`},
		"lone surrogate":        {`"T"`, `"\ud800"`},
		"invalid UTF-8":         {`"T"`, "\"\xff\""},
		"no request":            {`{"":` + request + `}`, `{}`},
		"request array":         {`{"":` + request + `}`, `[]`},
		"five documents":        {`{"":`, `{` + many + `"e":`},
		"empty tag not alone":   {`{"":`, `{"a":` + request + `,"":`},
		"tag twice":             {`{"":`, `{"":` + request + `,"":`},
		"tag with a dash":       {`{"":`, `{"a-b":`},
		"tag not ASCII":         {`{"":`, `{"é":`},
		"unknown in request":    {`"user_data_url":null`, `"user_data_url":null,"x":1`},
		"url missing":           {`"user_data_url":null,`, ``},
		"url number":            {`"user_data_url":null`, `"user_data_url":1`},
		"unknown format":        {`"user_data_url":null`, `"user_data_url":null,"format":"mdoc"`},
		"empty format":          {`"user_data_url":null`, `"user_data_url":null,"format":""`},
		"null issuer key":       {`{"PublicKey":{"x":"1","y":"2"}}`, `null`},
		"both key options":      {`{"PublicKey":`, `{"KeysetEndpoint":{"jku":"u","kid":"k"},"PublicKey":`},
		"neither key option":    {`{"PublicKey":{"x":"1","y":"2"}}`, `{}`},
		"x without y":           {`"x":"1","y":"2"`, `"x":"1"`},
		"x and n":               {`"x":"1"`, `"n":"1","x":"1"`},
		"empty x":               {`"x":"1"`, `"x":""`},
		"unknown in key":        {`"x":"1"`, `"kty":"EC","x":"1"`},
		"text after it":         {`"dvr_verifying_key":null}`, `"dvr_verifying_key":null}{}`},
	} {
		var dvr DVR
		err := dvr.UnmarshalJSON([]byte(replaceOnce(t, plainDVR, change[0], change[1])))
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, want ErrMalformed", name, err)
		}
	}
}

// replaceOnce replaces the only occurrence of old, so that a test cannot pass
// because it changed nothing.
func replaceOnce(t *testing.T, s, old, new string) string {
	t.Helper()
	if strings.Count(s, old) != 1 {
		t.Fatalf("%q stands %d times in %s", old, strings.Count(s, old), s)
	}
	return strings.Replace(s, old, new, 1)
}

func TestDVRValidate(t *testing.T) {
	valid := func() *DVR {
		key := testKey(t, ES256).Public().Option()
		d := secondVector()
		d.VerifyingKey = nil
		d.Requests = map[string]UserDataRequest{"": {VerifyingKey: key}}
		return d
	}
	if err := valid().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*DVR)
		want   error
	}{
		"other zkvm":     {func(d *DVR) { d.ZKVM = "r0" }, ErrUnsupportedZKVM},
		"no method":      {func(d *DVR) { d.QueryMethodVersion = "" }, ErrMalformed},
		"query too long": {func(d *DVR) { d.Query = strings.Repeat(" ", MaxQuery+1) }, ErrTooLarge},
		"point off curve": {func(d *DVR) {
			d.VerifyingKey = pointer(testKey(t, ES256).Public().Option())
			d.VerifyingKey.PublicKey.X = d.VerifyingKey.PublicKey.Y
		}, ErrMalformed},
		"issuer key short": {func(d *DVR) { d.Requests[""] = UserDataRequest{VerifyingKey: keyXY("AQ", "AQ")} }, ErrMalformed},
		"no key option":    {func(d *DVR) { d.Requests[""] = UserDataRequest{} }, ErrMalformed},
	} {
		d := valid()
		test.change(d)
		if err := d.Validate(); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
	err := (&DVR{ZKVM: "sp1"}).CheckZKVM()
	if err == nil || !strings.Contains(err.Error(), LibZK) {
		t.Errorf("error %v does not list what is supported", err)
	}
}

func TestNewDVRID(t *testing.T) {
	a, b := NewDVRID(), NewDVRID()
	if a == b || len(a) != 36 || a[14] != '4' || !strings.ContainsRune("89ab", rune(a[19])) {
		t.Errorf("ids %s and %s are no two UUIDs of version 4", a, b)
	}
}

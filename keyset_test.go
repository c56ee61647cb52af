package zkpass

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// unfitEntries are entries of key sets, most of them as reported from the world,
// that cannot be used and have the id x.
func unfitEntries(t *testing.T) map[string]string {
	t.Helper()
	ec := mustText(t, testKey(t, ES256, "x").Public())
	rs := mustText(t, testKey(t, RS256, "x").Public())
	n := testKey(t, RS256, "x").Public().Option().PublicKey.N
	x := testKey(t, ES256, "x").Public().Option().PublicKey.X
	shortX := base64.RawURLEncoding.EncodeToString(make([]byte, 31))
	long := base64.RawURLEncoding.EncodeToString(make([]byte, 33))
	return map[string]string{
		"leading zero in n": strings.Replace(rs, n, "AA"+n[:len(n)-2]+"A", 1),
		"a zero byte more":  strings.Replace(rs, n, base64.RawURLEncoding.EncodeToString(append([]byte{0}, testKey(t, RS256, "x").Public().Modulus()...)), 1),
		"padded n":          strings.Replace(rs, n, n+"==", 1),
		"standard base64":   strings.Replace(rs, n, "+/"+n[2:], 1),
		"no y":              strings.Replace(ec, `"y":`, `"z":`, 1),
		"8192 bits":         strings.Replace(rs, n, strings.Repeat(n[:4], 342), 1),
		"1024 bits":         strings.Replace(rs, n, n[:172], 1),
		"even n":            strings.Replace(rs, n, n[:len(n)-2]+"gg", 1),
		"e = 3":             strings.Replace(rs, "AQAB", "Aw", 1),
		"e padded":          strings.Replace(rs, "AQAB", "AQAB=", 1),
		"x5c without n":     `{"kty":"RSA","use":"sig","kid":"x","x5c":["MIIB"]}`,
		"31 bytes":          strings.Replace(ec, x, shortX, 1),
		"33 bytes":          strings.Replace(ec, x, long, 1),
		"padded x":          strings.Replace(ec, x, x+"=", 1),
		"off the curve":     strings.Replace(ec, x, base64.RawURLEncoding.EncodeToString(make([]byte, 32)), 1),
		"no kty":            strings.Replace(ec, `"kty":"EC",`, ``, 1),
		"kty null":          strings.Replace(ec, `"kty":"EC"`, `"kty":null`, 1),
		"kty a number":      strings.Replace(ec, `"kty":"EC"`, `"kty":1`, 1),
		"x null":            strings.Replace(ec, `"x":"`+x+`"`, `"x":null`, 1),
		"a member twice":    strings.Replace(ec, `{`, `{"use":"sig",`, 1),
		"crv twice, hidden": strings.Replace(ec, `{`, `{"\u0063rv":"P-256",`, 1),
		"P-384":             strings.Replace(ec, "P-256", "P-384", 1),
		"secp256k1":         `{"kty":"EC","crv":"secp256k1","kid":"x","x":"` + x + `","y":"` + x + `"}`,
		"OKP":               `{"kty":"OKP","crv":"Ed25519","kid":"x","x":"` + x + `"}`,
		"AKP":               `{"kty":"AKP","alg":"ML-DSA-44","kid":"x","pub":"AA"}`,
		"RSA-OAEP":          strings.Replace(strings.Replace(rs, "RS256", "RSA-OAEP", 1), `"sig"`, `"enc"`, 1),
		"ES384":             strings.Replace(ec, "ES256", "ES384", 1),
		"use unknown":       strings.Replace(ec, `"sig"`, `"both"`, 1),
		"use a number":      strings.Replace(ec, `"sig"`, `1`, 1),
		"key_ops encrypt":   strings.Replace(ec, `{`, `{"key_ops":["encrypt"],`, 1),
		"key_ops empty":     strings.Replace(ec, `{`, `{"key_ops":[],`, 1),
		"lone surrogate":    strings.Replace(ec, `{`, `{"note":"\ud800",`, 1),
		"not UTF-8":         strings.Replace(ec, `{`, "{\"note\":\"\xff\",", 1),
		"very deep":         strings.Replace(ec, `{`, `{"note":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`,`, 1),
		"id of 257 bytes":   strings.Replace(ec, `"kid":"x"`, `"kid":"x`+strings.Repeat("k", maxKeyID)+`"`, 1),
		"id with a control": strings.Replace(ec, `"kid":"x"`, `"kid":"x\u0007"`, 1),
		"id a number":       strings.Replace(ec, `"kid":"x"`, `"kid":17`, 1),
		"null":              `null`,
		"a string":          `"x"`,
		"an array":          `[]`,
		"empty":             `{}`,
	}
}

func mustText(t *testing.T, key *PublicKey) string {
	t.Helper()
	text, err := key.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What cannot be used costs no other key, and asking for it tells why.
func TestKeySetSurvivesUnfitEntries(t *testing.T) {
	good := testKey(t, ES256, "good").Public()
	for name, entry := range unfitEntries(t) {
		for _, order := range []string{entry + "," + mustText(t, good), mustText(t, good) + "," + entry} {
			set, err := ParseKeySet([]byte(`{"keys":[` + order + `]}`))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if keys := set.Keys(); len(keys) != 1 || !keys[0].Equal(good) {
				t.Errorf("%s: %d keys are usable", name, len(keys))
			}
			for _, id := range []string{"good", ""} {
				if key, err := set.Key(id, ES256); err != nil || !key.Equal(good) {
					t.Errorf("%s: the good key by %q: %v", name, id, err)
				}
			}
			id := readableID([]byte(entry))
			_, err = set.Key(id, RS256)
			if err == nil || id != "" && errors.Is(err, ErrUnknownKey) {
				t.Errorf("%s: asked for it: %v", name, err)
			}
		}
		// Alone, it is told too.
		set, err := ParseKeySet([]byte(`{"keys":[` + entry + `]}`))
		if err != nil {
			t.Errorf("%s: alone: %v", name, err)
			continue
		}
		if _, err := set.Key("", ES256); !errors.Is(err, ErrUnknownKey) || !strings.Contains(err.Error(), "entry 0") {
			t.Errorf("%s: alone: %v", name, err)
		}
	}
	all := mustText(t, good)
	for _, entry := range unfitEntries(t) {
		all += "," + entry
	}
	if set, err := ParseKeySet([]byte(`{"keys":[` + all + `]}`)); err != nil || len(set.Keys()) != 1 {
		t.Errorf("all of them: %v", err)
	}
}

// Serialisers write members that are absent as null.
func TestKeySetNullMembersAreAbsent(t *testing.T) {
	key := testKey(t, ES256, "k").Public()
	text := mustText(t, key)
	for _, name := range []string{"d", "p", "oth", "k", "x5c", "x5u", "key_ops", "n", "e", "ext"} {
		entry := strings.Replace(text, `{`, `{"`+name+`":null,`, 1)
		set, err := ParseKeySet([]byte(`{"keys":[` + entry + `]}`))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := set.Key("k", ES256); err != nil || !got.Equal(key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, absent := range []string{"use", "alg"} {
		entry := strings.Replace(strings.Replace(text, `"use":"sig"`, `"use":null`, 1), `"alg":"ES256"`, `"alg":null`, 1)
		if set, err := ParseKeySet([]byte(`{"keys":[` + entry + `]}`)); err != nil || len(set.Keys()) != 1 {
			t.Errorf("%s: %v", absent, err)
		}
	}
	entry := strings.Replace(text, `"kid":"k"`, `"kid":null`, 1)
	set, err := ParseKeySet([]byte(`{"keys":[` + entry + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := set.Key(key.Thumbprint(), ES256); err != nil || !got.Equal(key) {
		t.Errorf("without an id: %v", err)
	}
}

// A secret in a key set ends all trust in it, however it is hidden.
func TestKeySetWithPrivateKey(t *testing.T) {
	good := mustText(t, testKey(t, ES256, "good").Public())
	for _, entry := range []string{
		strings.Replace(good, `{`, `{"d":"AQ",`, 1), strings.Replace(good, `{`, `{"d":1,`, 1), strings.Replace(good, `{`, `{"\u0064":"AQ",`, 1),
		strings.Replace(good, `{`, `{"d":"AQ","d":null,`, 1), strings.Replace(good, `{`, `{"d":null,"d":"AQ",`, 1),
		`{"kty":"oct","k":"AQ"}`, `{"kty":"unknown","priv":"AQ"}`, `{"p":"AQ"}`, `{"kty":"RSA","oth":[{}]}`, `{"x":"\ud800","d":"AQ"}`,
	} {
		if _, err := ParseKeySet([]byte(`{"keys":[` + good + `,` + entry + `]}`)); !errors.Is(err, ErrExposed) || !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v", entry, err)
		}
	}
	for _, value := range []string{`null`, `""`, `[]`} {
		entry := strings.Replace(good, `{`, `{"d":`+value+`,`, 1)
		if _, err := ParseKeySet([]byte(`{"keys":[` + entry + `]}`)); err != nil {
			t.Errorf("d %s: %v", value, err)
		}
	}
}

func TestKeySetEqualIDs(t *testing.T) {
	es, other := testKey(t, ES256, "i").Public(), mustPublic(t, testKey(t, ES256, "other"), ES256, "i")
	rs := testKey(t, RS256, "i").Public()
	ps := mustPublic(t, testKey(t, RS256, "i"), PS256, "i")
	enc := mustPublic(t, testKey(t, ECDHES), ECDHES, "i")
	lone := testKey(t, ES256, "lone").Public()
	for name, test := range map[string]struct {
		keys []*PublicKey
		want map[Algorithm]*PublicKey // nil for an error
	}{
		"RS256 and PS256":   {[]*PublicKey{rs, ps}, map[Algorithm]*PublicKey{RS256: rs, PS256: ps, "": nil, ES256: nil}},
		"RSA and EC":        {[]*PublicKey{rs, es}, map[Algorithm]*PublicKey{RS256: rs, ES256: es, "": nil, PS256: nil}},
		"to sign, encrypt":  {[]*PublicKey{es, enc}, map[Algorithm]*PublicKey{ES256: es, ECDHES: enc, "": es}},
		"the same twice":    {[]*PublicKey{es, es}, map[Algorithm]*PublicKey{ES256: es, "": es}},
		"two different":     {[]*PublicKey{es, other}, map[Algorithm]*PublicKey{ES256: nil, "": nil}},
		"two and one":       {[]*PublicKey{es, other, rs}, map[Algorithm]*PublicKey{ES256: nil, RS256: rs}},
		"of encryption too": {[]*PublicKey{enc, rs}, map[Algorithm]*PublicKey{"": rs, ECDHES: enc, ES256: nil}},
	} {
		var entries []string
		for _, key := range append(test.keys, lone) {
			entries = append(entries, mustText(t, key))
		}
		set, err := ParseKeySet([]byte(`{"keys":[` + strings.Join(entries, ",") + `]}`))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for alg, want := range test.want {
			got, err := set.Key("i", alg)
			if want == nil && err == nil || want != nil && !got.Equal(want) {
				t.Errorf("%s, %q: got %v, %v", name, alg, got, err)
			}
		}
		if got, err := set.Key("lone", ES256); err != nil || !got.Equal(lone) {
			t.Errorf("%s: the key beside them: %v", name, err)
		}
	}
	if _, err := NewKeySet(es, other); !errors.Is(err, ErrMalformed) {
		t.Errorf("publishing two keys with one id: %v", err)
	}
	if set, err := NewKeySet(es, es, rs, ps); err != nil || len(set.Keys()) != 3 {
		t.Errorf("publishing one key twice and one for two algorithms: %v", err)
	}
}

func mustPublic(t *testing.T, key *PrivateKey, alg Algorithm, id string) *PublicKey {
	t.Helper()
	as, err := key.As(alg, id)
	if err != nil {
		t.Fatal(err)
	}
	return as.Public()
}

// A token without an id takes the one key that fits its algorithm.
func TestKeySetWithoutID(t *testing.T) {
	es, rs := testKey(t, ES256, "e").Public(), testKey(t, RS256, "r").Public()
	set, err := NewKeySet(es, rs, mustPublic(t, testKey(t, ES256, "e"), ES256, "again"))
	if err != nil {
		t.Fatal(err)
	}
	for alg, want := range map[Algorithm]*PublicKey{ES256: es, RS256: rs} {
		if got, err := set.Key("", alg); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v", alg, err)
		}
	}
	for _, alg := range []Algorithm{PS256, ECDHES, "", "HS256"} {
		if got, err := set.Key("", alg); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("%s: got %v, %v", alg, got, err)
		}
	}
}

// The first keys of a long set are used, whatever stands between them.
func TestKeySetOfManyKeys(t *testing.T) {
	text := mustText(t, testKey(t, ES256, "k").Public())
	var entries []string
	for i := range maxKeys + 5 {
		entries = append(entries, `{}`, strings.Replace(text, `"kid":"k"`, fmt.Sprintf(`"kid":"k%d"`, i), 1))
	}
	set, err := ParseKeySet([]byte(`{"keys":[` + strings.Join(entries, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Keys()) != maxKeys || len(set.unfit) != maxKeys {
		t.Errorf("%d keys and %d others are kept", len(set.Keys()), len(set.unfit))
	}
	if _, err := set.Key(fmt.Sprint("k", maxKeys-1), ES256); err != nil {
		t.Error(err)
	}
	if _, err := set.Key(fmt.Sprint("k", maxKeys), ES256); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("one more: %v", err)
	}
}

func TestKeySetText(t *testing.T) {
	good := `{"keys":[` + mustText(t, testKey(t, ES256, "good").Public()) + `]}`
	for name, text := range map[string]string{
		"a byte order mark": "\ufeff" + good, "blanks": " \r\n" + good + "\r\n", "other members": `{"a":null,"a":"\ud800",` + good[1:],
	} {
		if set, err := ParseKeySet([]byte(text)); err != nil || len(set.Keys()) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, test := range map[string]struct{ text, says string }{
		"UTF-16":    {"\xff\xfe{\x00}\x00", "UTF-16"},
		"empty":     {" \n", "empty"},
		"discovery": {`{"jwks_uri":"https://op.example/jwks"}`, "discovery document"},
		"a JWK":     {mustText(t, testKey(t, ES256, "good").Public()), "single JWK"},
		"not JSON":  {"<html>", "JSON"},
	} {
		if _, err := ParseKeySet([]byte(test.text)); !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := ParseKeySet([]byte(good + strings.Repeat(" ", MaxKeySet))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

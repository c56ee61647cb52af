package verify_test

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

// A request that NewDVR made is one that prover and verifier accept, whatever the
// formats.
func TestNewDVR(t *testing.T) {
	x := honest(t)
	documents := map[string]zkpass.UserDataRequest{"bank": {VerifyingKey: x.issuer.Public().Option()}}
	dvr, err := verify.NewDVR("Adult", question, documents, x.verifier.Public())
	if err != nil {
		t.Fatal(err)
	}
	request := sign(t, dvr, x.claims, x.verifier)
	result := prove(t, request, x.issuer)
	opts := options()
	opts.DVRKey = x.verifier.Public()
	outcome, err := verify.VerifyZkPassProof(context.Background(), result.Token, request, opts)
	if err != nil || string(outcome.Outputs) != answer {
		t.Errorf("%+v, %v", outcome, err)
	}
	// The caller's map is not the request's.
	delete(documents, "bank")
	if len(dvr.Requests) != 1 {
		t.Error("the request shares the caller's map")
	}
	for name, formats := range map[string]map[string]zkpass.Format{
		"jwt": {"": zkpass.FormatJWT}, "two": {"a": zkpass.FormatZKPass, "b": zkpass.FormatJWT},
	} {
		requests := make(map[string]zkpass.UserDataRequest)
		path := "x"
		for tag, format := range formats {
			requests[tag] = zkpass.UserDataRequest{VerifyingKey: x.issuer.Public().Option(), Format: format}
			if tag != "" {
				path = "a.x"
			}
		}
		dvr, err := verify.NewDVR("", `[{"output":{"r":{"exists":"`+path+`"}}}]`, requests, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		have := dvr.QueryMethodVersion
		setMethod(t, dvr)
		if have != dvr.QueryMethodVersion || dvr.VerifyingKey != nil {
			t.Errorf("%s: method version %s, want %s", name, have, dvr.QueryMethodVersion)
		}
	}
	hashes, err := verify.NewDVR("Adult", question, dvr.Requests, nil, verify.WithZKVM(zkpass.LibZKHash))
	if err != nil || hashes.ZKVM != zkpass.LibZKHash || !strings.HasPrefix(hashes.QueryMethodVersion, zkpass.LibZKHash+"-") {
		t.Errorf("by hashes alone: %+v, %v", hashes, err)
	}
	if _, err := verify.NewDVR("Adult", question, dvr.Requests, nil, verify.WithZKVM("libzk-v0")); !errors.Is(err, zkpass.ErrUnsupportedZKVM) {
		t.Errorf("a zkVM that does not exist: %v", err)
	}
	other, err := verify.NewDVR("Adult", question, dvr.Requests, nil)
	if err != nil || other.ID == dvr.ID {
		t.Errorf("ids %q, %q, %v", dvr.ID, other.ID, err)
	}
}

func TestNewDVRRefuses(t *testing.T) {
	x := honest(t)
	good := map[string]zkpass.UserDataRequest{"": {VerifyingKey: x.issuer.Public().Option()}}
	for name, test := range map[string]struct {
		query     string
		documents map[string]zkpass.UserDataRequest
		want      error
	}{
		"query":        {`{"nosuch":["a",1]}`, good, query.ErrCompile},
		"tag":          {question, map[string]zkpass.UserDataRequest{"tax": good[""]}, query.ErrCompile},
		"no documents": {question, nil, nil},
		"no key":       {`{"==":["a",1]}`, map[string]zkpass.UserDataRequest{"": {}}, zkpass.ErrMalformed},
		"format":       {`{"==":["a",1]}`, map[string]zkpass.UserDataRequest{"": {VerifyingKey: x.issuer.Public().Option(), Format: "xml"}}, zkpass.ErrMalformed},
	} {
		dvr, err := verify.NewDVR("T", test.query, test.documents, nil)
		if err == nil || dvr != nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, %v", name, dvr, err)
		}
	}
}

// A request that nobody could answer is not made.
func TestNewDVRRefusesKeysThatCannotBeProvenWith(t *testing.T) {
	request := func(key zkpass.KeyOption) error {
		_, err := verify.NewDVR("T", `{"==":[{"dvar":"a"},1]}`, map[string]zkpass.UserDataRequest{"": {VerifyingKey: key}}, nil)
		return err
	}
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.RS256, zkpass.PS256} {
		key, err := zkpass.GenerateKey(alg, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := request(key.Public().Option()); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
	modulus := func(bytes int) string {
		return base64.RawURLEncoding.EncodeToString(slices.Repeat([]byte{0xef}, bytes))
	}
	for name, test := range map[string]struct {
		key  zkpass.KeyValues
		says string
	}{
		"1024 bits":        {zkpass.KeyValues{N: modulus(128), E: "AQAB"}, "want an RSA key of 2048, 3072 or 4096 bits, not of 1024"},
		"2056 bits":        {zkpass.KeyValues{N: modulus(257), E: "AQAB"}, "want an RSA key of 2048, 3072 or 4096 bits, not of 2056"},
		"1024 bits, PS256": {zkpass.KeyValues{N: modulus(128), E: "AQAB", Alg: zkpass.PS256}, "want an RSA key of 2048, 3072 or 4096 bits, not of 1024"},
		"exponent 3":       {zkpass.KeyValues{N: modulus(256), E: "Aw"}, "want an RSA key with exponent 65537"},
		"exponent 65539":   {zkpass.KeyValues{N: modulus(256), E: "AQAD"}, "want an RSA key with exponent 65537"},
	} {
		if err := request(zkpass.KeyOption{PublicKey: &test.key}); !errors.Is(err, zkpass.ErrAlgorithm) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

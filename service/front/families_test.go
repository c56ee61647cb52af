package front

import (
	"encoding/json"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/verify"
)

// fixedFamilies are one that was proven lately and one that is proven now.
type fixedFamilies [2]string

func (f fixedFamilies) Live() []string { return f[1:] }

func (f fixedFamilies) Has(name string) (now, lately bool) {
	return name == f[1], name == f[0] || name == f[1]
}

// The family that the header of an encrypted request names decides whether there is
// anybody to prove it, and goes with the job.
func TestFamilyOfARequest(t *testing.T) {
	body := func(s *service) string {
		issuer := generate(t, zkpass.ES256)
		dvr, err := verify.NewDVR("t", `{"==":[{"dvar":"a"},1]}`, map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Public().Option()}}, issuer.Public())
		if err != nil {
			t.Fatal(err)
		}
		token, err := zkpass.SignDVR(dvr, zkpass.Claims{}, issuer)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := zkpass.EncryptDVR(s.keys.Published().Encryption, token)
		if err != nil {
			t.Fatal(err)
		}
		if named, err := zkpass.JWEFamily(sealed); err != nil || named != zkpass.LibZK {
			t.Fatalf("the header names %q, %v", named, err)
		}
		text, err := json.Marshal(job.Input{UserDataToken: s.keys.jwe(t, "x"), DVRToken: sealed})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	with := func(lately, now string) *service {
		return newService(t, func(c *Config) { c.Families = fixedFamilies{lately, now} })
	}
	s := with("old", zkpass.LibZK)
	s.do(s.request("POST", "/v1/proof?wait=0", body(s))).want(202)
	s = with(zkpass.LibZK, "new")
	a := s.do(s.request("POST", "/v1/proof?wait=0", body(s)))
	a.wantProblem(503, zkpass.ProblemUnavailable)
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.do(s.request("POST", "/v1/proof?wait=0", s.proofBody())).want(202) // names none
	s = with("old", "new")
	s.do(s.request("POST", "/v1/proof?wait=0", body(s))).wantProblem(422, zkpass.ProblemUnsupported)
	if n := s.jobs.count(); n != 0 {
		t.Errorf("%d jobs were submitted, want none", n)
	}
}

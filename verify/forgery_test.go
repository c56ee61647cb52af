package verify_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Whatever a holder changes in a genuine proof, it holds no longer.
func TestChangedProof(t *testing.T) {
	x := honest(t)
	other := newKey(t)
	document := x.proof.Documents["bank"]
	class, err := zkvm.ParseClass(document.Class)
	if err != nil {
		t.Fatal(err)
	}
	larger, err := zkvm.ClassFor(class.Bytes+1, class.Depth)
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := zkvm.ClassFor(class.Bytes, class.Depth+1)
	if err != nil {
		t.Fatal(err)
	}
	none := zkvm.Class{Bytes: class.Bytes + 1, Depth: class.Depth}
	for name, tt := range map[string]struct {
		change func(*zkpass.Proof)
		want   error
	}{
		"output false":     {func(p *zkpass.Proof) { p.Output = `{"result":false,"age":25}` }, verify.ErrProof},
		"output number":    {func(p *zkpass.Proof) { p.Output = `{"result":true,"age":26}` }, verify.ErrProof},
		"output renamed":   {func(p *zkpass.Proof) { p.Output = `{"result":true,"aga":25}` }, verify.ErrProof},
		"output reordered": {func(p *zkpass.Proof) { p.Output = `{"age":25,"result":true}` }, verify.ErrProof},
		"output left out":  {func(p *zkpass.Proof) { p.Output = `{"result":true}` }, verify.ErrProof},
		"output more":      {func(p *zkpass.Proof) { p.Output = `{"result":true,"age":25,"x":1}` }, verify.ErrProof},
		"output empty":     {func(p *zkpass.Proof) { p.Output = `{}` }, verify.ErrProof},
		"output spaced":    {func(p *zkpass.Proof) { p.Output = `{"result": true,"age":25}` }, verify.ErrProof},
		"output a string":  {func(p *zkpass.Proof) { p.Output = `{"result":true,"age":"25"}` }, verify.ErrProof},
		"time earlier":     {func(p *zkpass.Proof) { p.Time = noon.Add(-time.Second) }, verify.ErrProof},
		"time later":       {func(p *zkpass.Proof) { p.Time = noon.Add(time.Second) }, verify.ErrProof},
		"time stale":       {func(p *zkpass.Proof) { p.Time = noon.Add(-time.Hour) }, verify.ErrStale},
		"time to come":     {func(p *zkpass.Proof) { p.Time = noon.Add(time.Hour) }, verify.ErrFuture},
		"time year 1":      {func(p *zkpass.Proof) { p.Time = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC) }, verify.ErrStale},
		"time year 9999":   {func(p *zkpass.Proof) { p.Time = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }, verify.ErrFuture},
		"class larger": {func(p *zkpass.Proof) {
			p.Documents["bank"] = zkpass.ProofDocument{Header: document.Header, Class: larger.String()}
		}, verify.ErrProof},
		"class deeper": {func(p *zkpass.Proof) {
			p.Documents["bank"] = zkpass.ProofDocument{Header: document.Header, Class: deeper.String()}
		}, verify.ErrProof},
		"class that does not exist": {func(p *zkpass.Proof) {
			p.Documents["bank"] = zkpass.ProofDocument{Header: document.Header, Class: none.String()}
		}, verify.ErrProof},
		"header of another token": {func(p *zkpass.Proof) {
			p.Documents["bank"] = zkpass.ProofDocument{Header: "eyJhbGciOiJFUzI1NiJ9", Class: document.Class}
		}, verify.ErrProof},
		"header with another algorithm": {func(p *zkpass.Proof) {
			p.Documents["bank"] = zkpass.ProofDocument{Header: "eyJhbGciOiJSUzI1NiJ9", Class: document.Class}
		}, verify.ErrProof},
		"issuer": {func(p *zkpass.Proof) {
			p.UserDataVerifyingKeys["bank"] = other.Public().Option()
		}, verify.ErrIssuerKey},
		"tag": {func(p *zkpass.Proof) {
			p.Documents = map[string]zkpass.ProofDocument{"tax": document}
			p.UserDataVerifyingKeys = map[string]zkpass.KeyOption{"tax": p.UserDataVerifyingKeys["bank"]}
		}, verify.ErrIssuerKey},
		"a document more": {func(p *zkpass.Proof) {
			p.Documents["tax"] = document
			p.UserDataVerifyingKeys["tax"] = p.UserDataVerifyingKeys["bank"]
		}, verify.ErrIssuerKey},
		"digest":         {func(p *zkpass.Proof) { p.DVRDigest = strings.Repeat("0", 64) }, verify.ErrRequest},
		"title":          {func(p *zkpass.Proof) { p.DVRTitle = "Minor" }, verify.ErrRequest},
		"id":             {func(p *zkpass.Proof) { p.DVRID = "id-2" }, verify.ErrRequest},
		"zkvm":           {func(p *zkpass.Proof) { p.ZKVM = "r0" }, verify.ErrRequest},
		"proof cut":      {func(p *zkpass.Proof) { p.ZKProof = p.ZKProof[:len(p.ZKProof)-1] }, verify.ErrProof},
		"proof longer":   {func(p *zkpass.Proof) { p.ZKProof = append(p.ZKProof, 0) }, verify.ErrProof},
		"proof one byte": {func(p *zkpass.Proof) { p.ZKProof = []byte{0} }, verify.ErrProof},
		"first bit":      {func(p *zkpass.Proof) { p.ZKProof[0] ^= 1 }, verify.ErrProof},
		"middle bit":     {func(p *zkpass.Proof) { p.ZKProof[len(p.ZKProof)/2] ^= 1 }, verify.ErrProof},
		"last bit":       {func(p *zkpass.Proof) { p.ZKProof[len(p.ZKProof)-1] ^= 1 }, verify.ErrProof},
		"zeros":          {func(p *zkpass.Proof) { clear(p.ZKProof) }, verify.ErrProof},
	} {
		proof := x.copyProof()
		tt.change(proof)
		if err := check(t, bare(t, proof), x.request, options()); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

// A proof serves no other request, even if a holder makes all that is readable in
// it fit that one.
func TestLine18OtherRequest(t *testing.T) {
	x := honest(t)
	url := "https://data.example/jane"
	other := newKey(t)
	for name, change := range map[string]func(*zkpass.DVR){
		"title":   func(d *zkpass.DVR) { d.Title = "Minor" },
		"id":      func(d *zkpass.DVR) { d.ID = "id-2" },
		"version": func(d *zkpass.DVR) { d.QueryEngineVersion = "0" },
		"query":   func(d *zkpass.DVR) { d.Query = strings.Replace(question, `"Jane"`, `"Joan"`, 1) },
		"query that reads alike": func(d *zkpass.DVR) {
			d.Query = strings.Replace(question, `"Jane"`, `"J\u0061ne"`, 1)
		},
		"names of outputs": func(d *zkpass.DVR) { d.Query = strings.Replace(question, `"age":`, `"sum":`, 1) },
		"data url": func(d *zkpass.DVR) {
			d.Requests["bank"] = zkpass.UserDataRequest{URL: &url, VerifyingKey: d.Requests["bank"].VerifyingKey}
		},
		"format": func(d *zkpass.DVR) {
			d.Requests["bank"] = zkpass.UserDataRequest{VerifyingKey: d.Requests["bank"].VerifyingKey, Format: zkpass.FormatJWT}
		},
		"tag": func(d *zkpass.DVR) {
			d.Requests = map[string]zkpass.UserDataRequest{"tax": d.Requests["bank"]}
			d.Query = strings.ReplaceAll(question, "bank.", "tax.")
		},
		"issuer": func(d *zkpass.DVR) {
			d.Requests["bank"] = zkpass.UserDataRequest{VerifyingKey: other.Public().Option()}
		},
		"verifier": func(d *zkpass.DVR) { d.VerifyingKey = keyOption(other) },
	} {
		dvr, signer := x.copyDVR(), x.verifier
		change(dvr)
		setMethod(t, dvr)
		if name == "verifier" {
			signer = other
		}
		request := sign(t, dvr, x.claims, signer)
		if err := check(t, x.token, request, options()); !errors.Is(err, verify.ErrRequest) {
			t.Errorf("%s: got %v, want %v", name, err, verify.ErrRequest)
		}
		proof := x.copyProof()
		proof.DVRDigest, proof.DVRTitle, proof.DVRID, proof.DVRVerifyingKey = dvr.Digest(), dvr.Title, dvr.ID, dvr.VerifyingKey
		for tag, request := range dvr.Requests {
			proof.Documents = map[string]zkpass.ProofDocument{tag: x.proof.Documents["bank"]}
			proof.UserDataVerifyingKeys = map[string]zkpass.KeyOption{tag: request.VerifyingKey}
		}
		if name == "names of outputs" {
			proof.Output = strings.Replace(answer, `"age":`, `"sum":`, 1)
		}
		if err := check(t, bare(t, proof), request, options()); !errors.Is(err, verify.ErrProof) {
			t.Errorf("%s, made to fit: got %v, want %v", name, err, verify.ErrProof)
		}
	}
}

// A request decides by which zkVM it is answered: a proof by another does not pass, be it
// the one that assumes more or the one that assumes less, even if all that is readable
// in it fits the request.
func TestOtherZKVM(t *testing.T) {
	x := honest(t)
	hashes := x.copyDVR()
	hashes.ZKVM = zkpass.LibZKHash
	setMethod(t, hashes)
	request := sign(t, hashes, x.claims, x.verifier)
	proof := prove(t, request, x.issuer).Proof
	if err := check(t, bare(t, proof), request, options()); err != nil {
		t.Fatalf("by hashes alone: %v", err)
	}
	for _, c := range []struct {
		name, request string
		dvr           *zkpass.DVR
		proof         *zkpass.Proof
	}{
		{"asked for hashes, got points", request, hashes, x.copyProof()},
		{"asked for points, got hashes", x.request, x.copyDVR(), proof},
	} {
		if err := check(t, bare(t, c.proof), c.request, options()); !errors.Is(err, verify.ErrRequest) {
			t.Errorf("%s: got %v, want %v", c.name, err, verify.ErrRequest)
		}
		c.proof.ZKVM, c.proof.DVRDigest = c.dvr.ZKVM, c.dvr.Digest()
		if err := check(t, bare(t, c.proof), c.request, options()); !errors.Is(err, verify.ErrProof) {
			t.Errorf("%s, made to fit: got %v, want %v", c.name, err, verify.ErrProof)
		}
	}
}

// A document that another issuer signed proves nothing, whatever the proof calls
// its key.
func TestOtherIssuer(t *testing.T) {
	x := honest(t)
	other := newKey(t)
	dvr := x.copyDVR()
	dvr.Requests["bank"] = zkpass.UserDataRequest{VerifyingKey: other.Public().Option()}
	proof := prove(t, sign(t, dvr, x.claims, x.verifier), other).Proof
	proof.DVRDigest = x.dvr.Digest()
	if err := check(t, bare(t, proof), x.request, options()); !errors.Is(err, verify.ErrIssuerKey) || !errors.Is(err, zkpass.ErrKeyMismatch) {
		t.Errorf("with its own key: %v", err)
	}
	proof.UserDataVerifyingKeys["bank"] = x.issuer.Public().Option()
	if err := check(t, bare(t, proof), x.request, options()); !errors.Is(err, verify.ErrProof) {
		t.Errorf("with the key expected: %v", err)
	}
}

func TestIssuerFromKeySet(t *testing.T) {
	x := honest(t)
	dvr := x.copyDVR()
	endpoint := &zkpass.KeysetEndpoint{JKU: "https://op.example/jwks", KID: x.issuer.Public().ID()}
	dvr.Requests["bank"] = zkpass.UserDataRequest{VerifyingKey: zkpass.KeyOption{KeysetEndpoint: endpoint}}
	request := sign(t, dvr, x.claims, x.verifier)
	// To the proof, a request that names an endpoint is another one.
	proof := x.copyProof()
	proof.DVRDigest = dvr.Digest()
	rotated, err := newKey(t).As(zkpass.ES256, endpoint.KID)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		resolver zkpass.KeyResolver
		want     error
	}{
		"none":             {nil, zkpass.ErrNotAllowed},
		"another set":      {zkpass.KeySets{"https://other.example/jwks": keySet(t, x.issuer.Public())}, zkpass.ErrNotAllowed},
		"key gone":         {zkpass.KeySets{endpoint.JKU: keySet(t, newKey(t).Public())}, zkpass.ErrUnknownKey},
		"another key":      {zkpass.KeySets{endpoint.JKU: keySet(t, rotated.Public())}, zkpass.ErrKeyMismatch},
		"a key to encrypt": {zkpass.KeySets{endpoint.JKU: keySet(t, encryptionKey(t, endpoint.KID))}, zkpass.ErrAlgorithm},
	} {
		opts := options()
		opts.Resolver = tt.resolver
		if err := check(t, bare(t, proof), request, opts); !errors.Is(err, verify.ErrIssuerKey) || !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	opts := options()
	opts.Resolver = zkpass.KeySets{endpoint.JKU: keySet(t, x.issuer.Public())}
	if err := check(t, bare(t, proof), request, opts); !errors.Is(err, verify.ErrProof) {
		t.Errorf("with the key: got %v, want to come as far as the proof", err)
	}
}

func TestMethodVersion(t *testing.T) {
	x := honest(t)
	dvr := x.copyDVR()
	dvr.QueryMethodVersion = "libzk-v0.9-0123"
	proof := x.copyProof()
	proof.DVRDigest = dvr.Digest()
	err := check(t, bare(t, proof), sign(t, dvr, x.claims, x.verifier), options())
	if !errors.Is(err, verify.ErrMethodVersion) {
		t.Fatalf("got %v", err)
	}
	for _, version := range []string{"libzk-v0.9-0123", x.dvr.QueryMethodVersion} {
		if !strings.Contains(err.Error(), version) {
			t.Errorf("%q does not name %s", err, version)
		}
	}
}

// Of a proof with every fault, the checks name one after the other, in their
// order; repairing each leads to the next.
func TestOrderOfChecks(t *testing.T) {
	x := honest(t)
	store := verify.NewMemoryStore(1)
	if err := store.Use(t.Context(), x.dvr.ID, noon, noon.Add(100*time.Hour)); err != nil {
		t.Fatal(err)
	}
	proof := x.copyProof()
	proof.DVRDigest = strings.Repeat("0", 64)
	proof.UserDataVerifyingKeys["bank"] = newKey(t).Public().Option()
	proof.DVRVerifyingKey = nil
	proof.Time = noon.Add(-time.Hour)
	proof.ZKProof[0] ^= 1
	opts := verify.Options{Now: at(noon.Add(2 * time.Hour)), Store: store}
	for _, step := range []struct {
		want   error
		repair func()
	}{
		{verify.ErrService, func() { opts.AllowLocal = true }},
		{verify.ErrRequest, func() { proof.DVRDigest = x.dvr.Digest() }},
		{verify.ErrExpired, func() { opts.Now = at(noon) }},
		{verify.ErrIssuerKey, func() { proof.UserDataVerifyingKeys["bank"] = x.issuer.Public().Option() }},
		{verify.ErrDVRKey, func() { proof.DVRVerifyingKey = x.dvr.VerifyingKey }},
		{verify.ErrStale, func() { proof.Time = noon.Add(time.Hour) }},
		{verify.ErrFuture, func() { proof.Time = noon }},
		{verify.ErrProof, func() { proof.ZKProof[0] ^= 1 }},
		{verify.ErrReplayed, func() { opts.Store = verify.NewMemoryStore(1) }},
		{nil, func() {}},
	} {
		if err := check(t, bare(t, proof), x.request, opts); !errors.Is(err, step.want) {
			t.Fatalf("got %v, want %v", err, step.want)
		}
		step.repair()
	}
}

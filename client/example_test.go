package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/internal/servicetest"
	"github.com/zkpass-go/zkpass/verify"
)

// A holder's app has a service make the proof. It links no prover.
func ExampleClient_GenerateZkPassProof() {
	// Stand-ins for the service, and for what issuer and verifier send.
	service, err := servicetest.Start(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close()
	request, documents := askAndIssue()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c, err := client.New(service.URL, servicetest.APIKey, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	proof, err := c.GenerateZkPassProof(ctx, request, documents, client.ProofOptions{})
	if err != nil {
		log.Fatal(err)
	}

	// The verifier's part: it accepts proofs of this service.
	keys, err := c.Keys(ctx)
	if err != nil {
		log.Fatal(err)
	}
	outcome, err := verify.VerifyZkPassProof(ctx, []byte(proof), request, verify.Options{ServiceKeys: keys})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, jobs left at the service: %d\n", outcome.Outputs, service.Jobs())
	// Output: {"result":true}, jobs left at the service: 0
}

// askAndIssue returns a request and the documents that it is about.
func askAndIssue() (request string, documents map[string]string) {
	issuer, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	dvr, err := verify.NewDVR("Gold member", `{">=": ["points", 500]}`,
		map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Public().Option()}}, verifier.Public())
	if err != nil {
		log.Fatal(err)
	}
	request, err = zkpass.SignDVR(dvr, zkpass.Claims{Expires: time.Now().Add(time.Hour)}, verifier)
	if err != nil {
		log.Fatal(err)
	}
	token, err := zkpass.SignDataToJWSToken(issuer, []byte(`{"name":"Jane","points":620}`))
	if err != nil {
		log.Fatal(err)
	}
	return request, map[string]string{"": token}
}

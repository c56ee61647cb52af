package verify_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/verify"
)

// A verifier asks, a holder proves in its own process, the verifier checks.
func Example() {
	ctx := context.Background()
	start := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return start } // leave it out of the options for the clock
	issuer, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}

	// The verifier makes the request, and keeps it.
	dvr, err := verify.NewDVR("Gold member", `[{"output": {"result": {">=": [{"dvar": "points"}, 500]}}}]`,
		map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Public().Option()}}, verifier.Public())
	if err != nil {
		log.Fatal(err)
	}
	request, err := zkpass.SignDVR(dvr, zkpass.Claims{IssuedAt: start, Expires: start.Add(time.Hour)}, verifier)
	if err != nil {
		log.Fatal(err)
	}

	// The holder has data from the issuer and answers.
	token, err := zkpass.SignDataToJWSToken(issuer, []byte(`{"name":"Jane","points":620}`))
	if err != nil {
		log.Fatal(err)
	}
	result, err := local.Prove(ctx, request, map[string]string{"": token}, local.Options{Now: now})
	if err != nil {
		log.Fatal(err)
	}

	// The verifier checks the answer, once.
	opts := verify.Options{AllowLocal: true, DVRKey: verifier.Public(), Store: verify.NewMemoryStore(1000), Now: now}
	outcome, err := verify.Verify(ctx, result.Token, request, opts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", outcome.Outputs)
	_, err = verify.Verify(ctx, result.Token, request, opts)
	fmt.Println("again:", errors.Is(err, verify.ErrReplayed))
	// Output:
	// {"result":true}
	// again: true
}

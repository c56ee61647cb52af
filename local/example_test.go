package local_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

// A holder's app reads a request, tells the holder what it reveals, and answers it
// in its own process.
func ExampleProve() {
	// What issuer and verifier send.
	issuer, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	token, err := zkpass.SignDataToJWSToken(issuer, []byte(`{"name":"Jane","_name_zkpass_public_":true,"points":620}`))
	if err != nil {
		log.Fatal(err)
	}
	dvr, err := verify.NewDVR("Gold member", `[{"output":{"name":{"dvar":"name"}}},{"output":{"gold":{">=":[{"dvar":"points"},500]}}}]`,
		map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Public().Option()}}, verifier.Public())
	if err != nil {
		log.Fatal(err)
	}
	dvrToken, err := zkpass.SignDVR(dvr, zkpass.Claims{Expires: time.Now().Add(time.Hour)}, verifier)
	if err != nil {
		log.Fatal(err)
	}

	request, err := zkpass.ParseDVRToken(dvrToken)
	if err != nil {
		log.Fatal(err)
	}
	program, err := query.Compile([]byte(request.DVR.Query), request.DVR.Tags())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(request.DVR.Title, "asks for", len(program.Outputs), "outputs")
	result, err := local.ProveRequest(context.Background(), request, map[string]string{"": token}, local.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Proof.Output)
	// Output:
	// Gold member asks for 2 outputs
	// {"name":"Jane","gold":true}
}

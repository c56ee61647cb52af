package attest_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/attest/attesttest"
)

// An app trusts what a policy names before it encrypts anything to a service. Here
// the service is played by a test enclave; an app gets the evidence from
// [client.Client.Attestation], in the CheckKeys of [client.Options].
func ExampleVerify() {
	enclave, err := attesttest.New(time.Now())
	if err != nil {
		log.Fatal(err)
	}
	policy := enclave.Policy() // of an app: attest.ParsePolicy
	checkKeys := func(ctx context.Context, keys *zkpass.KeySet) error {
		nonce := make([]byte, 32)
		rand.Read(nonce) // never fails
		evidence, err := enclave.Evidence(ctx, nonce, keys)
		if err != nil {
			return err
		}
		result, err := attest.Verify(evidence, nonce, keys, policy)
		if err != nil {
			return err
		}
		fmt.Println(result.Platform, result.Measurements["pcr0"].String()[:8], len(result.Keys), "key")
		return nil
	}

	key, err := zkpass.GenerateKey(zkpass.ECDHES, "")
	if err != nil {
		log.Fatal(err)
	}
	keys, err := zkpass.NewKeySet(key.Public())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(checkKeys(context.Background(), keys))
	// Output:
	// nitro a0a0a0a0 1 key
	// <nil>
}

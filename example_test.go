package zkpass_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/zkpass-go/zkpass"
)

// An issuer signs data about a person; whoever has the issuer's public key reads
// it back.
func ExampleSignDataToJWSToken() {
	key, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	token, err := zkpass.SignDataToJWSToken(key, []byte(`{"name":"Jane","_name_zkpass_public_":true}`))
	if err != nil {
		log.Fatal(err)
	}
	got, err := zkpass.VerifyJWSToken(key.Public(), token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", got.Payload)
	// Output: {"data":{"name":"Jane","_name_zkpass_public_":true}}
}

// A verifier asks a question; the holder's app reads it and checks who asks.
func ExampleSignDVR() {
	issuer, err := zkpass.GenerateKey(zkpass.RS256, "")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		log.Fatal(err)
	}
	verifierKey := verifier.Public().Option()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	token, err := zkpass.SignDVR(&zkpass.DVR{
		ZKVM:               zkpass.LibZK,
		Title:              "Over 18",
		ID:                 zkpass.NewDVRID(),
		QueryEngineVersion: zkpass.Version,
		QueryMethodVersion: "computed from the query",
		Query:              `{">=":[{"get_age":[{"dvar":"birthdate"},"YYYY-MM-DD"]},18]}`,
		Requests: map[string]zkpass.UserDataRequest{
			"": {VerifyingKey: issuer.Public().Option(), Format: zkpass.FormatJWT},
		},
		VerifyingKey: &verifierKey,
	}, zkpass.Claims{IssuedAt: now, Expires: now.Add(time.Hour), Issuer: "https://shop.example"}, verifier)
	if err != nil {
		log.Fatal(err)
	}

	request, err := zkpass.ParseDVRToken(token)
	if err != nil {
		log.Fatal(err)
	}
	key, err := request.Key(context.Background(), nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := request.Verify(key); err != nil {
		log.Fatal(err)
	}
	if err := request.CheckTime(now.Add(time.Minute)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(request.Claims.Issuer, "asks:", request.DVR.Title)
	// Output: https://shop.example asks: Over 18
}

// Data travels to a service encrypted to the service's key.
func ExampleEncryptDataToJWEToken() {
	service, err := zkpass.GenerateKey(zkpass.ECDHES, "2026-06")
	if err != nil {
		log.Fatal(err)
	}
	text, err := zkpass.MarshalUserData(map[string]string{"": "header.payload.signature"})
	if err != nil {
		log.Fatal(err)
	}
	token, err := zkpass.EncryptDataToJWEToken(service.Public(), text)
	if err != nil {
		log.Fatal(err)
	}
	id, err := zkpass.JWEKeyID(token)
	if err != nil {
		log.Fatal(err)
	}
	data, err := zkpass.DecryptJWEToken(service, token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(id, data)
	// Output: 2026-06 {"":"header.payload.signature"}
}

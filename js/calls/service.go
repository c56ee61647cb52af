package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
)

type sealArgs struct {
	Keys    json.RawMessage   `json:"keys"` // the service's JWKS
	Request string            `json:"request"`
	Tokens  map[string]string `json:"tokens"`
}

// sealResult is the body of POST /v1/proof.
type sealResult struct {
	UserData string `json:"user_data_token"`
	DVR      string `json:"dvr_token"`
}

// sealCall encrypts what a service is to prove. It refuses what the service would
// refuse for its form, and encrypts no document that nobody asks for.
func sealCall(_ context.Context, _ Host, args []byte) (any, error) {
	var a sealArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	request, err := zkpass.ParseDVRToken(a.Request)
	if err == nil {
		err = request.DVR.CheckZKVM()
	}
	if err != nil {
		return nil, proving(err)
	}
	for _, tag := range request.DVR.Tags() {
		if _, ok := a.Tokens[tag]; !ok || len(a.Tokens) != len(request.DVR.Requests) {
			return nil, proving(fmt.Errorf("%w: the request asks for %q", local.ErrDocuments, request.DVR.Tags()))
		}
		if _, err := zkpass.ParseUserDataToken(a.Tokens[tag]); err != nil {
			return nil, proving(fmt.Errorf("document %q: %w", tag, err))
		}
	}
	keys, err := serviceKeys(a.Keys)
	if err != nil {
		return nil, err
	}
	all := keys.Keys()
	i := slices.IndexFunc(all, func(key *zkpass.PublicKey) bool { return key.Algorithm() == zkpass.ECDHES })
	if i < 0 {
		return nil, badAnswer(errors.New("the service's key set has no key to encrypt to"))
	}
	result := &sealResult{}
	if result.UserData, err = zkpass.EncryptUserData(all[i], a.Tokens, a.Request); err != nil {
		return nil, proving(err)
	}
	if result.DVR, err = zkpass.EncryptDVR(all[i], a.Request); err != nil {
		return nil, proving(err)
	}
	return result, nil
}

type answerArgs struct {
	Keys    json.RawMessage `json:"keys"`
	Request string          `json:"request"`
	Proof   string          `json:"proof"`
}

// answerCall checks that a proof token is signed by the service and answers the
// request. A key that is not in the set is the problem unknown-key: the service may have
// changed keys while the job was under way.
func answerCall(_ context.Context, _ Host, args []byte) (any, error) {
	var a answerArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	request, err := zkpass.ParseDVRToken(a.Request)
	if err != nil {
		return nil, proving(err)
	}
	keys, err := serviceKeys(a.Keys)
	if err != nil {
		return nil, err
	}
	token, err := zkpass.ParseProofToken(a.Proof)
	if err == nil && !token.Signed() {
		err = zkpass.ErrNotSigned
	}
	if err != nil {
		return nil, badAnswer(err)
	}
	key, err := keys.Key(token.Header().KeyID, zkpass.ES256)
	if errors.Is(err, zkpass.ErrUnknownKey) {
		return nil, zkpass.NewProblem(0, zkpass.ProblemUnknownKey, err.Error())
	}
	if err == nil {
		err = token.Verify(key)
	}
	if err == nil {
		err = token.Proof.MatchDVR(&request.DVR)
	}
	if err != nil {
		return nil, badAnswer(err)
	}
	return struct{}{}, nil
}

func serviceKeys(text json.RawMessage) (*zkpass.KeySet, error) {
	keys, err := keySet("keys", text)
	if err == nil && keys == nil {
		err = errors.New("no key set")
	}
	if err != nil {
		return nil, badAnswer(err)
	}
	return keys, nil
}

// ProblemAnswer is the code for an answer of a service that is not what a service is to
// send.
const ProblemAnswer zkpass.ProblemCode = "service-answer"

func badAnswer(err error) error {
	return zkpass.NewProblem(0, ProblemAnswer, "the answer of the service is not accepted: "+err.Error())
}

package source

import (
	"errors"
	"fmt"

	"github.com/hf/nsm"
	"github.com/hf/nsm/request"
	"github.com/hf/nsm/response"

	"github.com/zkpass-go/zkpass/attest"
)

// securityModule is what is used of an [nsm.Session].
type securityModule interface {
	Send(request.Request) (response.Response, error)
}

// openNitro opens /dev/nsm, for as long as the process runs.
func openNitro() (Source, error) {
	session, err := nsm.OpenDefaultSession()
	if err != nil {
		return nil, err
	}
	return newNitro(session), nil
}

func newNitro(module securityModule) Source {
	return newDevice(attest.Nitro, func(data [64]byte, nonce []byte) ([]byte, error) {
		answer, err := module.Send(&request.Attestation{UserData: data[:], Nonce: nonce})
		switch {
		case err != nil:
			return nil, err
		case answer.Error != "":
			return nil, fmt.Errorf("the security module answers %s", answer.Error)
		case answer.Attestation == nil || len(answer.Attestation.Document) == 0:
			return nil, errors.New("the security module answers without a document")
		}
		return answer.Attestation.Document, nil
	})
}

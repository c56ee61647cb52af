package source

import (
	sev "github.com/google/go-sev-guest/client"
	tdx "github.com/google/go-tdx-guest/client"

	"github.com/zkpass-go/zkpass/attest"
)

// kinds in the order in which "auto" looks for them.
var kinds = []kind{
	{attest.Nitro, "dev/nsm", openNitro},
	{attest.SEVSNP, "dev/sev-guest", openSNP},
	{attest.TDX, "dev/tdx_guest", openTDX},
}

// quoter signs 64 bytes; the providers of go-sev-guest and go-tdx-guest do, through
// configfs (Linux 6.7) or, on older kernels, the device itself.
type quoter interface {
	GetRawQuote(data [64]byte) ([]uint8, error)
}

// openSNP gets reports with the certificates that the host hands out. Through the
// device rather than configfs, go-sev-guest lets two seconds pass between requests.
func openSNP() (Source, error) {
	provider, err := sev.GetQuoteProvider()
	if err != nil {
		return nil, err
	}
	return newSNP(provider), nil
}

func newSNP(provider quoter) Source {
	return newDevice(attest.SEVSNP, func(data [64]byte, _ []byte) ([]byte, error) { return provider.GetRawQuote(data) })
}

func openTDX() (Source, error) {
	provider, err := tdx.GetQuoteProvider()
	if err != nil {
		return nil, err
	}
	return newTDX(provider), nil
}

// newTDX takes a provider that go-tdx-guest replaces by the device if configfs is
// missing.
func newTDX(provider tdx.QuoteProvider) Source {
	return newDevice(attest.TDX, func(data [64]byte, _ []byte) ([]byte, error) { return tdx.GetRawQuote(provider, data) })
}

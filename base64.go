package zkpass

import (
	"encoding/base64"
	"strings"
)

var (
	urlEncoding = base64.RawURLEncoding.Strict()
	stdEncoding = base64.StdEncoding.Strict()
)

// decodeBase64URL decodes base64url as RFC 7515 has it: no padding, no
// whitespace, unused bits zero. So no two texts decode to the same bytes.
func decodeBase64URL(text string) ([]byte, error) {
	return decodeStrict(urlEncoding, text, "base64url without padding")
}

// decodeBase64 decodes standard base64 with padding, as strictly.
func decodeBase64(text string) ([]byte, error) {
	return decodeStrict(stdEncoding, text, "standard base64")
}

func decodeStrict(enc *base64.Encoding, text, name string) ([]byte, error) {
	// The decoder skips line ends even when it is strict.
	if strings.ContainsAny(text, "\r\n") {
		return nil, malformed("a line end within %s", name)
	}
	if enc == urlEncoding {
		switch {
		case strings.Contains(text, "="):
			return nil, malformed("base64url with padding (=), as AWS load balancers write it; want it without (RFC 7515)")
		case strings.ContainsAny(text, "+/"):
			return nil, malformed("standard base64 (+, /); want base64url without padding")
		}
	}
	data, err := enc.DecodeString(text)
	if err != nil {
		return nil, malformed("want %s", name)
	}
	return data, nil
}

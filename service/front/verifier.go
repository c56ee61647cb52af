package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/verifier"
	"github.com/zkpass-go/zkpass/verify"
)

// Verifications makes requests and checks proofs, as [*verifier.Verifier] does.
type Verifications interface {
	Ask(ctx context.Context, question verifier.Question) (*verifier.Request, error)
	Check(ctx context.Context, submission verifier.Submission) (*verifier.Answer, error)
	KeySet() (*zkpass.KeySet, error)
	Ready(ctx context.Context) error
}

// VerifierConfig says what the handler of a verifier works with. Verifications and
// APIKeys are needed; the rest is as in [Config].
type VerifierConfig struct {
	Verifications  Verifications
	APIKeys        apikey.Store
	Limits         Limits
	Origins        []string
	TrustedProxies []netip.Prefix
	Logger         *slog.Logger
	Metrics        prometheus.Registerer
	Tracer         trace.Tracer
	Now            func() time.Time
}

// NewVerifier makes the handler of a verifier, whose API verifier.yaml describes. It
// has the same care for its callers as that of a service.
func NewVerifier(c VerifierConfig) (*Handler, error) {
	h, err := newVerifier(c)
	if err != nil {
		return nil, fmt.Errorf("setting up the API of the verifier: %w", err)
	}
	return h, nil
}

func newVerifier(c VerifierConfig) (*Handler, error) {
	if c.Verifications == nil {
		return nil, errors.New("verifications are needed")
	}
	h, err := newHandler(Config{
		APIKeys: c.APIKeys, Limits: c.Limits, Origins: c.Origins, TrustedProxies: c.TrustedProxies,
		Logger: c.Logger, Metrics: c.Metrics, Tracer: c.Tracer, Now: c.Now,
	})
	if err != nil {
		return nil, err
	}
	document, err := newDocument(verifierAPI)
	if err != nil {
		return nil, err
	}
	h.probe = c.Verifications.Ready
	desk := &desk{c.Verifications}
	h.routes = append(table{
		{"/v1/requests", methods{http.MethodPost: desk.postRequest}},
		{"/v1/verify", methods{http.MethodPost: desk.postVerify}},
		{"/v1/queries/check", methods{http.MethodPost: desk.postCheck}},
		{"/v1/queries/explain", methods{http.MethodPost: desk.postExplain}},
		{"/.well-known/jwks.json", methods{http.MethodGet: plain(desk.getJWKS)}},
	}, h.common(document)...)
	return h, nil
}

// desk answers for a verifier.
type desk struct{ Verifications }

// verifierKeysAge is how long a client may keep the keys that requests are signed
// with; requests have their key by value, so nobody needs them to check one.
const verifierKeysAge = time.Hour

func (d *desk) getJWKS(x *exchange) {
	set, err := d.KeySet()
	if err != nil {
		x.logError("putting the JWKS together", err)
		x.internal()
		return
	}
	text, err := set.MarshalJSON()
	if err != nil {
		x.logError("putting the JWKS together", err)
		x.internal()
		return
	}
	x.sendCached(typeKeySet, text, etagOf(text), verifierKeysAge)
}

// receive admits a caller and reads the body. If it cannot, it has answered and ok is
// false; else leave is called in the end.
func (x *exchange) receive(scope string) (body []byte, leave func(), ok bool) {
	admitted := x.admit(scope)
	if admitted == nil {
		return nil, nil, false
	}
	defer func() {
		if !ok {
			admitted()
		}
	}()
	done := x.beginReading()
	if done == nil {
		return nil, nil, false
	}
	defer done()
	if body, ok = x.jsonBody(); !ok {
		return nil, nil, false
	}
	if _, err := parseQuery(x.r.URL); err != nil {
		x.malformed(err.Error())
		return nil, nil, false
	}
	return body, admitted, true
}

// refused answers why a proof is not accepted or a request not made.
func (x *exchange) refused(doing string, err error) {
	switch {
	case x.clientGone():
		x.gone()
		return
	case errors.Is(err, verifier.ErrConflict):
		x.refuse(http.StatusUnprocessableEntity, zkpass.ProblemIdempotency, "the Idempotency-Key was used with another body")
		return
	case errors.Is(err, verifier.ErrUnknownRequest):
		x.refuse(http.StatusNotFound, zkpass.ProblemNotFound, "no such request, or it can no longer be answered")
		return
	}
	code := verify.Code(err)
	if errors.Is(err, verifier.ErrCannotTell) {
		code = zkpass.ProblemCannotTell
	}
	status := http.StatusUnprocessableEntity
	switch code {
	case zkpass.ProblemAnswered:
		status = http.StatusConflict
	case zkpass.ProblemExpired:
		status = http.StatusGone
	case zkpass.ProblemCannotTell:
		x.logError(doing, err)
		x.refuseFor(retryUnavailable, http.StatusServiceUnavailable, code, "a key set or the store cannot be reached at the moment; the request is not used up")
		return
	}
	// Errors of the SDK name statements, paths and limits, never a value.
	x.refuse(status, code, err.Error())
}

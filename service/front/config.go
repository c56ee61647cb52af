package front

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// MaxBody is the limit on the body of a request for a proof, in bytes.
const MaxBody = 512 << 10

// MaxWait and DefaultWait are how long a client may ask a request to wait for the
// proof, and how long a request for one waits if the client does not say.
const (
	MaxWait     = 60 * time.Second
	DefaultWait = 30 * time.Second
)

// ErrNoAttestation is returned by Config.Attest where there is no hardware that
// gives evidence.
var ErrNoAttestation = errors.New("this service has no attestation")

// Jobs is the queue, as [*job.Queue] has it.
type Jobs interface {
	Submit(ctx context.Context, submission job.Submission) (job.ID, error)
	Status(ctx context.Context, owner string, id job.ID) (*job.Status, error)
	Wait(ctx context.Context, owner string, id job.ID, seen *job.Status) (*job.Status, error)
	Delete(ctx context.Context, owner string, id job.ID) error
	Ready(ctx context.Context) error
}

// Keys are the public keys of the service: a [*keyring.Ring] or, where workers
// hold the keys, a [*keyring.Remote].
type Keys interface {
	Published() keyring.Published
}

// Families says which families of circuits the workers prove.
type Families interface {
	// Live lists those that are proven now.
	Live() []string
	// Has reports whether one is proven now, and whether it was lately.
	Has(name string) (now, lately bool)
}

// Config says what a [Handler] works with. Jobs, Keys and APIKeys are needed.
type Config struct {
	Jobs    Jobs
	Keys    Keys
	APIKeys apikey.Store
	// Families nil stands for not known: nothing is refused for its family.
	Families Families
	// Attest returns the JSON text of evidence that covers a nonce of 16 to 64
	// bytes, or [ErrNoAttestation]. nil stands for no attestation.
	Attest func(ctx context.Context, nonce []byte) ([]byte, error)
	Limits Limits
	// Origins are the web origins whose pages may call the API (CORS), such as
	// https://app.example. A page cannot keep an API key secret: this is for key
	// sets and attestation, and for pages of administrators.
	Origins []string
	// TrustedProxies are the networks of proxies whose X-Forwarded-For is
	// believed. Without them all that comes through a proxy has its address.
	TrustedProxies []netip.Prefix
	Logger         *slog.Logger          // nil: no logs
	Metrics        prometheus.Registerer // nil: no metrics
	Tracer         trace.Tracer          // nil: that of the global provider, which by default does nothing
	Now            func() time.Time      // nil: time.Now
}

// Limits bound what callers may do. Zero members stand for the defaults.
type Limits struct {
	// Requests a second of one API key for long, RequestsBurst at once. An API
	// key may have its own.
	Requests      float64 // 50
	RequestsBurst int     // 100
	// AtOnce is how many requests of one API key may be in progress; those that
	// wait for a proof count.
	AtOnce int // 256
	// WrongKeys a second from one address for long, WrongKeysBurst at once: how
	// many requests with a wrong API key are told so; more are told to wait. For IPv6 an address is its
	// first 64 bits. Good keys are served all the same.
	WrongKeys      float64 // 1
	WrongKeysBurst int     // 20
	// Attestations a second to one address for long, AttestationsBurst at once.
	Attestations      float64 // 1
	AttestationsBurst int     // 10
	// Bodies is how many bodies are in memory at once, each up to [MaxBody]. One API
	// key may have as many as are free, alone half of them, so that there is always
	// place for another key.
	Bodies int // 256
	// BodyRate is how many bytes a second a body has to come with at the least, after
	// some seconds of grace.
	BodyRate int // 10 KiB
	// Running is how many jobs of one API key may be proven at once, unless it has a
	// number of its own; 0 is any number.
	Running int
}

func (l Limits) valid() (Limits, error) {
	for _, rate := range []struct {
		name     string
		value    *float64
		standard float64
	}{{"Requests", &l.Requests, 50}, {"WrongKeys", &l.WrongKeys, 1}, {"Attestations", &l.Attestations, 1}} {
		if *rate.value == 0 {
			*rate.value = rate.standard
		}
		if !(*rate.value > 0) || math.IsInf(*rate.value, 0) {
			return l, fmt.Errorf("limits: %s: want more than 0 a second", rate.name)
		}
	}
	for _, count := range []struct {
		name     string
		value    *int
		standard int
	}{
		{"RequestsBurst", &l.RequestsBurst, 100}, {"AtOnce", &l.AtOnce, 256}, {"WrongKeysBurst", &l.WrongKeysBurst, 20},
		{"AttestationsBurst", &l.AttestationsBurst, 10}, {"Bodies", &l.Bodies, 256}, {"BodyRate", &l.BodyRate, 10 << 10},
	} {
		if *count.value == 0 {
			*count.value = count.standard
		}
		if *count.value < 1 {
			return l, fmt.Errorf("limits: %s: want 1 or more", count.name)
		}
	}
	return l, nil
}

func (c Config) valid() (Config, error) {
	if c.APIKeys == nil {
		return c, errors.New("jobs, keys and API keys are needed")
	}
	for _, origin := range c.Origins {
		if got, err := zkpass.Origin(origin); err != nil || got != origin {
			return c, fmt.Errorf("origins: %q, want https://HOST in lower case, without path", origin)
		}
	}
	if slices.ContainsFunc(c.TrustedProxies, func(p netip.Prefix) bool { return !p.IsValid() }) {
		return c, errors.New("trusted proxies: want valid networks")
	}
	var err error
	if c.Limits, err = c.Limits.valid(); err != nil {
		return c, err
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

package service

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/zkpass-go/zkpass/service/worker"
	"github.com/zkpass-go/zkpass/verify"
)

// Config is how a service is set up. [DefaultConfig] has the defaults; a file,
// the environment and flags change them, in this order. Every member has the
// same name in the file, and in the environment with ZKPASS_ before it, in upper
// case and with _ between the names of sections: ZKPASS_JOBS_MAX_QUEUED.
type Config struct {
	// Listen is the address of the API.
	Listen string `yaml:"listen"`
	// DataDir is the one directory of a service that runs alone: queue, results,
	// API keys and keys. Exactly one of DataDir and NATS.URL is given.
	DataDir string `yaml:"data_dir"`

	NATS    NATS    `yaml:"nats"`
	TLS     TLS     `yaml:"tls"`
	Metrics Metrics `yaml:"metrics"`
	Keys    Keys    `yaml:"keys"`
	Jobs    Jobs    `yaml:"jobs"`
	Space   Space   `yaml:"space"`
	Limits  Limits  `yaml:"limits"`
	// Verifier is what a verifier accepts; services have no use for it.
	Verifier Verifier `yaml:"verifier"`

	// KeyHosts are the hosts whose key sets workers may fetch, as they stand in
	// URLs, with the port if it is not the scheme's own. Empty fetches none:
	// requests must then give keys by value.
	KeyHosts []string `yaml:"key_hosts"`
	// Origins are the web origins whose pages may call the API (CORS).
	Origins []string `yaml:"origins"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// Attestation is the platform that gives evidence: none, auto, sev-snp, tdx
	// or nitro.
	Attestation string `yaml:"attestation"`
	Log         Log    `yaml:"log"`
	// Prover makes the command of a process that proves, see [worker.Prover]; nil has
	// proofs made in the process of the service. It is no member of files.
	Prover func() *exec.Cmd `yaml:"-"`
	// Families are the families of circuits that this process proves; nil stands for
	// those of this build. It is no member of files.
	Families []string `yaml:"-"`
	// Now tells the time; nil stands for [time.Now]. It is no member of files.
	Now func() time.Time `yaml:"-"`
	// StopGrace is how long running jobs and requests may take to end when the
	// service is stopped.
	StopGrace time.Duration `yaml:"stop_grace"`
}

// YAML is the whole configuration as a file that [Config.ReadFile] takes. A password in
// a URL is left out.
func (c Config) YAML() ([]byte, error) {
	urls := strings.Split(c.NATS.URL, ",")
	for i, u := range urls {
		if parsed, err := url.Parse(u); err == nil {
			urls[i] = parsed.Redacted()
		}
	}
	c.NATS.URL = strings.Join(urls, ",")
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(c); err != nil {
		return nil, err
	}
	return text.Bytes(), encoder.Close()
}

// NATS is the JetStream cluster that front ends and workers of a service share.
type NATS struct {
	URL         string `yaml:"url"`         // nats://host:4222 or tls://host:4222, several with commas
	Credentials string `yaml:"credentials"` // file with the user's credentials
	CA          string `yaml:"ca"`          // file with certificate authorities, instead of the system's
	Cert        string `yaml:"cert"`        // client certificate and its key, if the cluster asks for one
	Key         string `yaml:"key"`
	Replicas    int    `yaml:"replicas"` // copies of everything stored, 1, 3 or 5; 0: 3 on a cluster
}

// TLS is the certificate of the API. Without it the API speaks plain HTTP, for
// use behind a proxy that ends TLS.
type TLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// Metrics is the listener for Prometheus. Without an address there is none.
type Metrics struct {
	Listen     string `yaml:"listen"`
	RequireKey bool   `yaml:"require_key"` // ask for an API key with the scope metrics; not in workers
}

// Keys are the keys that sign proof tokens and decrypt what holders send.
type Keys struct {
	Dir    string        `yaml:"dir"`    // default: keys in DataDir
	Period time.Duration `yaml:"period"` // how long a key is used
	Ahead  time.Duration `yaml:"ahead"`  // how long before its use a key is published
}

// Jobs are the bounds of the queue and of proving.
type Jobs struct {
	Parallel    int           `yaml:"parallel"`            // jobs proven at once in a process; 0 is one more than it has cores
	MemoryMB    int64         `yaml:"memory_mb"`           // for all proofs at once, in MiB; 0: half of the machine's
	Deadline    time.Duration `yaml:"deadline"`            // for proving one job
	MaxQueued   int           `yaml:"max_queued"`          // jobs in the queue, then 503
	MaxPerKey   int           `yaml:"max_per_key"`         // unfinished jobs of one API key, then 429
	PerKey      bool          `yaml:"process_per_key"`     // a proving process serves one API key only
	MaxRunning  int           `yaml:"max_running_per_key"` // proven at once of one API key; 0: any number
	MaxAttempts int           `yaml:"max_attempts"`
	Redelivery  time.Duration `yaml:"redelivery"` // after which the job of a dead worker is taken up again
	ResultTTL   time.Duration `yaml:"result_ttl"`
}

// Space is what inputs and results may take where they are stored, in MiB.
type Space struct {
	TotalMB  int64 `yaml:"total_mb"`   // in all; 0: as much as the disk has, on a cluster 16 GiB
	PerKeyMB int64 `yaml:"per_key_mb"` // of one API key; 0: half of it all
	FreeMB   int64 `yaml:"free_mb"`    // that stay free on the disk of a service that runs alone
}

// Limits are on the requests of one API key or address; each may come in bursts
// of the second number.
type Limits struct {
	Requests      float64 `yaml:"requests"`       // a second and API key
	RequestsBurst int     `yaml:"requests_burst"` //
	WrongKeys     float64 `yaml:"wrong_keys"`     // a second and address
	WrongBurst    int     `yaml:"wrong_keys_burst"`
	// Connections are those of the API at once, and those of one address that is no
	// trusted proxy; 0 chooses, well below how many files the process may open.
	Connections           int `yaml:"connections"`
	ConnectionsPerAddress int `yaml:"connections_per_address"`
	BodyRate              int `yaml:"body_rate"` // bytes a second that a body has to come with
}

// Verifier says whose proofs a verifier accepts, and how old they may be.
type Verifier struct {
	ServiceJWKS string        `yaml:"service_jwks"` // URL or file: key set of the services whose proofs are accepted
	AllowLocal  bool          `yaml:"allow_local"`  // accept proofs that were made without a service
	TTL         time.Duration `yaml:"ttl"`          // how old a proof may be
	Skew        time.Duration `yaml:"skew"`         // how far clocks may differ
}

// Log is what is written to standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // text or json
}

// DefaultConfig has everything but where the data is.
func DefaultConfig() Config {
	return Config{
		Listen: "127.0.0.1:8080",
		Keys:   Keys{Period: 90 * 24 * time.Hour, Ahead: 24 * time.Hour},
		Jobs: Jobs{
			Deadline: 120 * time.Second, MaxQueued: 10_000, MaxPerKey: 100, MaxAttempts: 25,
			Redelivery: 30 * time.Second, ResultTTL: time.Hour,
		},
		Space:       Space{FreeMB: 256},
		Limits:      Limits{Requests: 50, RequestsBurst: 100, WrongKeys: 1, WrongBurst: 20, BodyRate: 10 << 10},
		Verifier:    Verifier{TTL: verify.DefaultTTL, Skew: verify.DefaultSkew},
		Attestation: "auto",
		Log:         Log{Level: "info", Format: "text"},
		StopGrace:   30 * time.Second,
	}
}

// Role is what a process does.
type Role int

const (
	Serving   Role = iota // zkpass serve, see [Serve]
	Working               // zkpass worker, see [Work]
	Verifying             // zkpass verifier, see [Verify]
)

// Check finds what cannot be meant, before anything is started. It opens nothing.
func (c *Config) Check(r Role) error {
	var problems []error
	bad := func(member, format string, args ...any) {
		problems = append(problems, fmt.Errorf("configuration: %s: "+format, append([]any{member}, args...)...))
	}
	switch {
	case r == Working && c.NATS.URL == "":
		bad("nats.url", "missing; a worker takes its jobs from there: give --nats URL")
	case r == Serving && c.DataDir == "" && c.NATS.URL == "":
		bad("data_dir", "missing; give --data-dir DIR for a service that runs alone, or --nats URL for one of several front ends")
	case r == Verifying && c.DataDir == "" && c.NATS.URL == "":
		bad("data_dir", "missing; give --data-dir DIR for a verifier that runs alone, or --nats URL and --keys DIR for one of several")
	case r != Working && c.DataDir != "" && c.NATS.URL != "":
		bad("data_dir", "given together with nats.url; a front end of several keeps its data in NATS")
	}
	if r == Verifying && c.Keys.Dir == "" && c.NATS.URL != "" {
		bad("keys.dir", "missing; the processes of one verifier share a directory of keys: give --keys DIR")
	}
	if r == Verifying && c.Verifier.ServiceJWKS == "" && !c.Verifier.AllowLocal {
		bad("verifier", "it would accept no proof: give --service-jwks URL, or --allow-local for proofs made without a service")
	}
	if r == Working && c.Keys.Dir == "" {
		bad("keys.dir", "missing; the workers of one service share a directory of keys: give --keys DIR")
	}
	if r == Working && c.Metrics.Listen != "" && c.Metrics.RequireKey {
		bad("metrics.require_key", "a worker knows no API keys; set it for front ends only, and let a worker's metrics.listen be an address that only the monitoring reaches")
	}
	for _, u := range strings.Split(c.NATS.URL, ",") {
		if parsed, err := url.Parse(u); c.NATS.URL != "" && (err != nil || parsed.Host == "" || parsed.Scheme != "nats" && parsed.Scheme != "tls") {
			bad("nats.url", "want nats://HOST:PORT or tls://HOST:PORT")
		}
	}
	if n := c.NATS.Replicas; n != 0 && n != 1 && n != 3 && n != 5 {
		bad("nats.replicas", "%d, want 0, 1, 3 or 5", n)
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls", "want both cert and key, or neither")
	}
	if (c.NATS.Cert == "") != (c.NATS.Key == "") {
		bad("nats", "want both cert and key, or neither")
	}
	addresses := map[string]string{"metrics.listen": c.Metrics.Listen}
	if r != Working {
		addresses["listen"] = c.Listen
	}
	for member, address := range addresses {
		if _, _, err := net.SplitHostPort(address); err != nil && (address != "" || member == "listen") {
			bad(member, "want HOST:PORT or :PORT")
		}
	}
	for member, d := range map[string]time.Duration{
		"keys.period": c.Keys.Period, "keys.ahead": c.Keys.Ahead, "jobs.deadline": c.Jobs.Deadline,
		"jobs.redelivery": c.Jobs.Redelivery, "jobs.result_ttl": c.Jobs.ResultTTL, "verifier.ttl": c.Verifier.TTL, "verifier.skew": c.Verifier.Skew,
	} {
		if d < time.Second {
			bad(member, "%s, want a second or more", d)
		}
	}
	if c.Keys.Ahead >= c.Keys.Period {
		bad("keys.ahead", "%s, want less than keys.period, %s", c.Keys.Ahead, c.Keys.Period)
	}
	if c.StopGrace < 0 {
		bad("stop_grace", "%s, want 0 or more", c.StopGrace)
	}
	for member, n := range map[string]int{
		"jobs.max_queued": c.Jobs.MaxQueued, "jobs.max_per_key": c.Jobs.MaxPerKey, "jobs.max_attempts": c.Jobs.MaxAttempts,
		"limits.requests_burst": c.Limits.RequestsBurst, "limits.wrong_keys_burst": c.Limits.WrongBurst,
		"limits.body_rate": c.Limits.BodyRate,
	} {
		if n < 1 {
			bad(member, "%d, want 1 or more", n)
		}
	}
	if n := c.Jobs.MemoryMB; n != 0 && n < worker.MinMemory>>20 {
		bad("jobs.memory_mb", "%d, want 0 or %d or more", n, worker.MinMemory>>20)
	}
	for member, n := range map[string]int64{
		"jobs.parallel": int64(c.Jobs.Parallel), "jobs.max_running_per_key": int64(c.Jobs.MaxRunning), "space.total_mb": c.Space.TotalMB,
		"space.per_key_mb": c.Space.PerKeyMB, "space.free_mb": c.Space.FreeMB, "limits.connections": int64(c.Limits.Connections),
		"limits.connections_per_address": int64(c.Limits.ConnectionsPerAddress),
	} {
		if n < 0 {
			bad(member, "%d, want 0 or more", n)
		}
	}
	for member, v := range map[string]float64{"limits.requests": c.Limits.Requests, "limits.wrong_keys": c.Limits.WrongKeys} {
		if !(v > 0) {
			bad(member, "%g, want more than 0", v)
		}
	}
	for _, origin := range c.Origins {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			bad("origins", "%q, want https://HOST", origin)
		}
	}
	for _, network := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(network); err != nil {
			bad("trusted_proxies", "%q, want a network such as 10.0.0.0/8", network)
		}
	}
	oneOf := func(member, value string, values ...string) {
		for _, v := range values {
			if v == value {
				return
			}
		}
		bad(member, "%q, want one of %s", value, strings.Join(values, ", "))
	}
	oneOf("attestation", c.Attestation, "none", "auto", "sev-snp", "tdx", "nitro")
	oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf("log.format", c.Log.Format, "text", "json")
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	texts := make([]string, len(problems))
	for i, problem := range problems {
		texts[i] = problem.Error()
	}
	if len(texts) == 0 {
		return nil
	}
	return errors.New(strings.Join(texts, "; "))
}

// keysDir is where the keys of a process are.
func (c *Config) keysDir() string {
	if c.Keys.Dir == "" && c.DataDir != "" {
		return filepath.Join(c.DataDir, KeysDir)
	}
	return c.Keys.Dir
}

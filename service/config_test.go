package service

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The file that docs/operations.md shows is strict YAML with exactly the defaults.
func TestDocumentedDefaults(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(# zkpass.yaml.*?)```").FindSubmatch(page)
	if block == nil {
		t.Fatal("docs/operations.md shows no configuration")
	}
	path := filepath.Join(t.TempDir(), "zkpass.yaml")
	if err := os.WriteFile(path, block[1], 0o600); err != nil {
		t.Fatal(err)
	}
	var got Config
	if err := got.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultConfig(), got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("defaults and docs/operations.md differ (-default +documented):\n%s", diff)
	}
}

func TestReadFileStrict(t *testing.T) {
	for name, text := range map[string]string{
		"unknown member":  "listem: :80\n",
		"unknown section": "job: {parallel: 1}\n",
		"twice":           "listen: :80\nlisten: :81\n",
		"type":            "jobs: {parallel: many}\n",
		"two documents":   "listen: :80\n---\nlisten: :81\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			c := DefaultConfig()
			if err := c.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error that names the file", err)
			}
		})
	}
}

func TestReadEnvironment(t *testing.T) {
	c := DefaultConfig()
	environment := []string{
		"HOME=/root", "ZKPASS_LISTEN=:9", "ZKPASS_JOBS_MAX_QUEUED=7", "ZKPASS_JOBS_DEADLINE=5s", "ZKPASS_METRICS_REQUIRE_KEY=true",
		"ZKPASS_KEY_HOSTS=a.example, b.example:8443", "ZKPASS_LIMITS_REQUESTS=0.5", "ZKPASS_NATS_URL=", "ZKPASS_LOG_LEVEL=debug",
	}
	if err := c.ReadEnvironment(environment); err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig()
	want.Listen, want.Jobs.MaxQueued, want.Jobs.Deadline, want.Metrics.RequireKey = ":9", 7, 5*time.Second, true
	want.KeyHosts, want.Limits.Requests, want.Log.Level = []string{"a.example", "b.example:8443"}, 0.5, "debug"
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	for name, value := range map[string]string{"ZKPASS_JOBS_DEADLINE": "soon", "ZKPASS_JOBS_PARALLEL": "two", "ZKPASS_METRICS_REQUIRE_KEY": "perhaps"} {
		if err := c.ReadEnvironment([]string{name + "=" + value}); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), value) {
			t.Errorf("%s=%s: got %v, want an error with the name and without the value", name, value, err)
		}
	}
}

// A variable that is meant for the service and does nothing is worse than none.
func TestReadEnvironmentUnknown(t *testing.T) {
	for variable, want := range map[string]string{
		"ZKPASS_LISTN=x":          "did you mean ZKPASS_LISTEN?",
		"ZKPASS_JOBS_MAX_QUEUD=5": "did you mean ZKPASS_JOBS_MAX_QUEUED?",
		"ZKPASS_NATS_REPLICA=3":   "did you mean ZKPASS_NATS_REPLICAS?",
		"ZKPASS_SOMETHING_ELSE=1": "ZKPASS_SOMETHING_ELSE is no setting",
	} {
		c := DefaultConfig()
		if err := c.ReadEnvironment([]string{variable}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", variable, err, want)
		}
	}
	// What Kubernetes says of services in the namespace, the command line's key, and what tests read.
	c := DefaultConfig()
	err := c.ReadEnvironment([]string{
		"ZKPASS_SERVICE_HOST=10.0.0.1", "ZKPASS_SERVICE_PORT=80", "ZKPASS_SERVICE_PORT_HTTP=80", "ZKPASS_PORT=tcp://10.0.0.1:80",
		"ZKPASS_PORT_80_TCP_ADDR=10.0.0.1", "ZKPASS_NATS_SERVICE_HOST=10.0.0.2", "ZKPASS_API_KEY=k:s", "ZKPASS_VECTORS=/v", "ZKPASS_LISTN=", "zkpass_listn=x",
	})
	if diff := cmp.Diff(DefaultConfig(), c); err != nil || diff != "" {
		t.Errorf("got error %v and changes\n%s", err, diff)
	}
}

func TestReadFileMessages(t *testing.T) {
	for text, want := range map[string]string{
		"listn: :80\n": "line 1: listn is no setting; did you mean listen?",
		"log: {level: info}\njobs: {dedline: 1s}\n": "line 2: jobs.dedline is no setting; did you mean jobs.deadline?",
		"stop_grace: soon\n":                        "line 1: want a duration such as 90s or 24h",
		"jobs: {parallel: many}\n":                  "line 1: want a number",
		"metrics: {require_key: 3}\n":               "line 1: want true or false",
		"origins: https://a.example\n":              "line 1: want a list, such as [a, b]",
		"tls: yes\n":                                "line 1: want members, such as {NAME: VALUE}",
	} {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := DefaultConfig()
		if err := c.ReadFile(path); err == nil || !strings.HasSuffix(err.Error(), path+": "+want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	serve := func(change func(*Config)) error {
		c := DefaultConfig()
		c.DataDir = "d"
		change(&c)
		return c.Check(Serving)
	}
	if err := serve(func(*Config) {}); err != nil {
		t.Fatalf("defaults with a data directory: %v", err)
	}
	for member, change := range map[string]func(*Config){
		"data_dir":                func(c *Config) { c.DataDir = "" },
		"data_dir: given":         func(c *Config) { c.NATS.URL = "nats://h:1" },
		"nats.url":                func(c *Config) { c.DataDir, c.NATS.URL = "", "http://h:1" },
		"nats.replicas":           func(c *Config) { c.NATS.Replicas = 2 },
		"tls":                     func(c *Config) { c.TLS.Cert = "cert.pem" },
		"nats: want both":         func(c *Config) { c.NATS.Key = "key.pem" },
		"listen":                  func(c *Config) { c.Listen = "" },
		"metrics.listen":          func(c *Config) { c.Metrics.Listen = "9090" },
		"keys.period":             func(c *Config) { c.Keys.Period = 0 },
		"keys.ahead":              func(c *Config) { c.Keys.Ahead = c.Keys.Period },
		"jobs.deadline":           func(c *Config) { c.Jobs.Deadline = time.Millisecond },
		"jobs.redelivery":         func(c *Config) { c.Jobs.Redelivery = 0 },
		"jobs.result_ttl":         func(c *Config) { c.Jobs.ResultTTL = -time.Hour },
		"jobs.max_queued":         func(c *Config) { c.Jobs.MaxQueued = 0 },
		"jobs.max_per_key":        func(c *Config) { c.Jobs.MaxPerKey = 0 },
		"jobs.max_attempts":       func(c *Config) { c.Jobs.MaxAttempts = 0 },
		"jobs.memory_mb":          func(c *Config) { c.Jobs.MemoryMB = 1 },
		"jobs.parallel":           func(c *Config) { c.Jobs.Parallel = -1 },
		"limits.requests":         func(c *Config) { c.Limits.Requests = 0 },
		"limits.requests_burst":   func(c *Config) { c.Limits.RequestsBurst = 0 },
		"limits.wrong_keys":       func(c *Config) { c.Limits.WrongKeys = -1 },
		"limits.wrong_keys_burst": func(c *Config) { c.Limits.WrongBurst = 0 },
		"origins":                 func(c *Config) { c.Origins = []string{"https://a.example/"} },
		"trusted_proxies":         func(c *Config) { c.TrustedProxies = []string{"10.0.0.1"} },
		"attestation":             func(c *Config) { c.Attestation = "sgx" },
		"log.level":               func(c *Config) { c.Log.Level = "loud" },
		"log.format":              func(c *Config) { c.Log.Format = "xml" },
		"stop_grace":              func(c *Config) { c.StopGrace = -1 },
	} {
		if err := serve(change); err == nil || !strings.Contains(err.Error(), "configuration: "+member) {
			t.Errorf("%s: got %v", member, err)
		}
	}
	worker := DefaultConfig()
	if err := worker.Check(Working); err == nil || !strings.Contains(err.Error(), "nats.url") || !strings.Contains(err.Error(), "keys.dir") {
		t.Errorf("a worker without cluster and keys: got %v", err)
	}
	worker.NATS.URL, worker.Keys.Dir = "nats://a:4222,tls://b:4222", "keys"
	if err := worker.Check(Working); err != nil {
		t.Errorf("a worker: %v", err)
	}
}

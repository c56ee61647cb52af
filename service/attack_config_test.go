package service

import (
	"strings"
	"testing"
)

// A worker cannot ask for API keys. It does not serve metrics to everybody where its
// configuration says that a key is needed.
func TestAttackWorkerMetricsWithoutKey(t *testing.T) {
	c := DefaultConfig()
	c.NATS.URL, c.Keys.Dir, c.Metrics.Listen = "nats://a:4222", "keys", "127.0.0.1:9090"
	if err := c.Check(Working); err != nil {
		t.Fatal(err)
	}
	c.Metrics.RequireKey = true
	if err := c.Check(Working); err == nil || !strings.Contains(err.Error(), "metrics.require_key") {
		t.Errorf("got %v", err)
	}
	c.DataDir, c.NATS.URL = "d", ""
	if err := c.Check(Serving); err != nil {
		t.Errorf("a front end: %v", err)
	}
}

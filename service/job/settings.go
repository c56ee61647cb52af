package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// ErrSettings means that the store was set up with other settings than this
// process has. Processes of one service must agree on them.
var ErrSettings = errors.New("the settings differ from those of the service")

// settings are what all processes of a service must agree on, as they are stored
// with the queue. Names are those of the configuration.
type settings struct {
	MaxQueued   int      `json:"jobs.max_queued"`
	MaxPerOwner int      `json:"jobs.max_per_key"`
	MaxAttempts int      `json:"jobs.max_attempts"`
	AckWait     duration `json:"jobs.redelivery"`
	ResultTTL   duration `json:"jobs.result_ttl"`
	Idempotency duration `json:"jobs.idempotency_ttl"`
	Space       int64    `json:"space.total_mb"`
	PerOwner    int64    `json:"space.per_key_mb"`
}

// duration is written as people write it.
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

// settingsName is the member of the queue's metadata that has the settings.
const settingsName = "zkpass_settings"

func (c Config) settings() string {
	text, err := json.Marshal(settings{
		c.MaxQueued, c.MaxPerOwner, c.MaxAttempts, duration(c.AckWait), duration(c.ResultTTL), duration(c.IdempotencyTTL),
		c.Space >> 20, c.SpacePerOwner >> 20,
	})
	if err != nil {
		panic(err) // a struct of numbers and texts
	}
	return string(text)
}

// settingsOf returns what is stored with a stream, "" if there is nothing.
func settingsOf(c jetstream.StreamConfig) string { return c.Metadata[settingsName] }

// compareSettings says where two sets of settings differ.
func compareSettings(here, stored string) error {
	var a, b map[string]any
	if json.Unmarshal([]byte(here), &a) != nil || json.Unmarshal([]byte(stored), &b) != nil {
		return fmt.Errorf("%w: those stored are not as this version writes them", ErrSettings)
	}
	var differ []string
	for _, name := range []string{"jobs.max_queued", "jobs.max_per_key", "jobs.max_attempts", "jobs.redelivery", "jobs.result_ttl",
		"jobs.idempotency_ttl", "space.total_mb", "space.per_key_mb"} {
		if a[name] != b[name] {
			differ = append(differ, fmt.Sprintf("%s is %v here and %v there", name, a[name], b[name]))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s; change the configuration here, or that of the service by zkpass job configure", ErrSettings, strings.Join(differ, ", "))
}

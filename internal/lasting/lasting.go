// Package lasting says whether a JetStream bucket keeps what it must not forget: which
// requests have been answered, each until its own time.
package lasting

import (
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Check reports whatever makes a server remove a key of a bucket before its time, or lose
// it with the server. The argument is the configuration of the bucket's stream.
func Check(c jetstream.StreamConfig) error {
	switch {
	case c.Storage != jetstream.FileStorage:
		return errors.New("it is kept in memory, want storage in files")
	case c.MaxAge != 0:
		return fmt.Errorf("it forgets after %s, want no ttl of the bucket", c.MaxAge)
	case c.Discard != jetstream.DiscardNew:
		return errors.New("it forgets when it is full, want discard policy new")
	case !c.AllowMsgTTL || c.SubjectDeleteMarkerTTL == 0:
		return errors.New("its keys have no times of their own, want a limit marker ttl")
	case c.Mirror != nil || len(c.Sources) > 0:
		return errors.New("it has keys of another bucket too, late or not at all")
	}
	return nil
}

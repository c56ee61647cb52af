package job

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"
)

// silent is a message whose acknowledgement gets lost.
type silent struct{ jetstream.Msg }

func (silent) DoubleAck(context.Context) error { return errors.New("lost") }

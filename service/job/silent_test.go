package job

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"
)

// silent is a message whose removal and acknowledgement get lost.
type silent struct{ jetstream.Msg }

func (silent) Metadata() (*jetstream.MsgMetadata, error) { return nil, errors.New("lost") }

func (silent) DoubleAck(context.Context) error { return errors.New("lost") }

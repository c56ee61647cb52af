package jetstream

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/nats-io/nats.go"
)

// Options says how to connect to a cluster. All members may be empty.
type Options struct {
	Name        string // of this client, as the cluster lists it
	Credentials string // a file with a user's JWT and seed
	CA          string // a PEM file of the authorities that the servers' certificates come from
	Certificate string // a PEM file for mutual TLS, with Key
	Key         string
	Logger      *slog.Logger
}

// Connect opens a connection to a cluster: addresses is one or several nats:// or
// tls:// addresses with commas in between. It fails if none answers now; later
// it reconnects for ever. While it is disconnected, publishing fails at once:
// what was said to have failed is not sent behind one's back later.
func Connect(addresses string, options Options) (*nats.Conn, error) {
	logger := options.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	settings := always(logger)
	if options.Name != "" {
		settings = append(settings, nats.Name(options.Name))
	}
	if options.Credentials != "" {
		settings = append(settings, nats.UserCredentials(options.Credentials))
	}
	if options.CA != "" {
		settings = append(settings, nats.RootCAs(options.CA))
	}
	if options.Certificate != "" || options.Key != "" {
		settings = append(settings, nats.ClientCert(options.Certificate, options.Key))
	}
	conn, err := nats.Connect(addresses, settings...)
	if err != nil {
		// The address is not repeated: it may hold a password.
		if wrong := (*url.Error)(nil); errors.As(err, &wrong) {
			err = fmt.Errorf("parsing its address: %w", wrong.Err)
		}
		return nil, fmt.Errorf("connecting to NATS: %w", err)
	}
	return conn, nil
}

func always(logger *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, 500*time.Millisecond),
		nats.ReconnectBufSize(-1),
		nats.PingInterval(5 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(conn *nats.Conn, err error) {
			if !conn.IsClosed() {
				logger.Warn("disconnected from NATS", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { logger.Info("connected to NATS again") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			logger.Warn("NATS connection", "error", err)
		}),
	}
}

package jetstream

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
)

// serverLogger takes what the server says about itself. Traces, which hold
// messages, are off and go nowhere.
type serverLogger struct {
	log    *slog.Logger
	broken func() // called when the store has given something up
}

func (l serverLogger) at(level slog.Level, format string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, "nats server", "message", fmt.Sprintf(format, args...))
	}
}

// fatal are beginnings of what the server says, by its log alone, when it has given up
// a stream or the whole store (nats-server 2.15). A version that says it otherwise is
// found out by the probes of the queue.
var fatal = []string{"Critical write error", "JetStream out of", "JetStream resource limits exceeded"}

func (l serverLogger) watch(format string) {
	for _, text := range fatal {
		if l.broken != nil && strings.Contains(format, text) {
			l.broken()
		}
	}
}

func (l serverLogger) Noticef(format string, args ...any) { l.at(slog.LevelDebug, format, args) }
func (l serverLogger) Warnf(format string, args ...any)   { l.at(slog.LevelWarn, format, args) }
func (l serverLogger) Errorf(format string, args ...any) {
	l.watch(fmt.Sprintf(format, args...))
	l.at(slog.LevelError, format, args)
}
func (l serverLogger) Fatalf(format string, args ...any) { l.at(slog.LevelError, format, args) }
func (l serverLogger) Debugf(string, ...any)             {}
func (l serverLogger) Tracef(string, ...any)             {}

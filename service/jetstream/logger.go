package jetstream

import (
	"context"
	"fmt"
	"log/slog"
)

// serverLogger takes what the server says about itself. Traces, which hold
// messages, are off and go nowhere.
type serverLogger struct{ log *slog.Logger }

func (l serverLogger) at(level slog.Level, format string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, "nats server", "message", fmt.Sprintf(format, args...))
	}
}

func (l serverLogger) Noticef(format string, args ...any) { l.at(slog.LevelDebug, format, args) }
func (l serverLogger) Warnf(format string, args ...any)   { l.at(slog.LevelWarn, format, args) }
func (l serverLogger) Errorf(format string, args ...any)  { l.at(slog.LevelError, format, args) }
func (l serverLogger) Fatalf(format string, args ...any)  { l.at(slog.LevelError, format, args) }
func (l serverLogger) Debugf(string, ...any)              {}
func (l serverLogger) Tracef(string, ...any)              {}

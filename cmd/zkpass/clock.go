package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// addNow adds the flag --now to a command.
func addNow(cmd *cobra.Command, what string) *string {
	return cmd.Flags().String("now", "", what+", RFC 3339 (default: the clock)")
}

// parseNow returns the time that --now gives, or that of the clock, in whole
// seconds as all times of evaluation are.
func parseNow(now string) (time.Time, error) {
	if now == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	t, err := parseTime(now)
	if err != nil {
		return time.Time{}, fmt.Errorf("--now: %w", err)
	}
	return t, nil
}

// parseTime parses a time of RFC 3339 in whole seconds, in the years 1 to 9999.
func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("want a time such as 2026-03-01T12:00:00Z, not %q", text)
	}
	t = t.UTC()
	if t.Nanosecond() != 0 {
		return time.Time{}, fmt.Errorf("want whole seconds, not %q", text)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, fmt.Errorf("want a time in the years 1 to 9999, not %q", text)
	}
	return t, nil
}

// parseExpiry returns when something expires that is made now: after a duration,
// at a time, or never for 0.
func parseExpiry(text string, now time.Time) (time.Time, error) {
	if text == "0" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		if d < time.Second {
			return time.Time{}, fmt.Errorf("--expires: want a second at least, or 0 for never, not %q", text)
		}
		return now.Add(d), nil
	}
	t, err := parseTime(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("--expires: want a duration such as 1h or a time of RFC 3339, not %q", text)
	}
	if !t.After(now) {
		return time.Time{}, fmt.Errorf("--expires: %s has passed", text)
	}
	return t, nil
}

package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// lifetime is a flag's duration, in days too: 90d.
type lifetime time.Duration

func (l *lifetime) String() string { return time.Duration(*l).String() }

func (l *lifetime) Type() string { return "DURATION" }

func (l *lifetime) Set(text string) error {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseInt(days, 10, 32); err == nil && n <= 36500 {
			*l = lifetime(time.Duration(n) * 24 * time.Hour)
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("want a duration such as 30m, 12h or 365d")
	}
	*l = lifetime(d)
	return nil
}

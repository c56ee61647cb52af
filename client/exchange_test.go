package client

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "60": time.Minute, "61": time.Minute, "18446744073709551615": time.Minute, "18446744073709551616": 0,
		"-1": 0, "1.5": 0, "soon": 0, " 7": 0,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0, "Mon, 01 Mar 2027 12:00:00 GMT": time.Minute,
		"Sunday, 01-Mar-26 12:00:05 GMT": 5 * time.Second, "Sun Mar  1 12:00:05 2026": 5 * time.Second,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

// Pauses grow, are spread over their whole range and never leave it.
func TestBackoff(t *testing.T) {
	for attempt, most := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 6: 16 * time.Second, 7: longestPause, 64: longestPause, math.MaxInt: longestPause} {
		least, largest := longestPause, time.Duration(0)
		for range 1000 {
			d := backoff(attempt)
			least, largest = min(least, d), max(largest, d)
		}
		if least < 0 || least > most/20 || largest > most || largest < most*19/20 {
			t.Errorf("attempt %d: %s to %s, want 0 to %s", attempt, least, largest, most)
		}
	}
}

// The name that http is for must resolve to this machine.
func TestPlainDialsLoopbackOnly(t *testing.T) {
	for plain, want := range map[bool]bool{true: true, false: false} {
		control := false
		// 192.0.2.0/24 leads nowhere (RFC 5737): only a refusal ends it at once.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		conn, err := newTransport(Options{}, plain).DialContext(ctx, "tcp", "192.0.2.1:80")
		cancel()
		if err == nil {
			conn.Close()
		} else {
			control = strings.Contains(err.Error(), "not a loopback address")
		}
		if control != want {
			t.Errorf("plain %t: %v", plain, err)
		}
	}
}

func FuzzClientAnswer(f *testing.F) {
	f.Add(200, `{"status":200,"proof":"a.b.c","output":"a.b.c"}`, "/api/status/abcdefghijklmnopqrstuv")
	f.Add(202, `{"status":202,"queue_status_url":"/api/status/abcdefghijklmnopqrstuv","state":"proving","step":"x","progress":1e400,"ahead":-3}`, "")
	f.Add(422, `{"type":"urn:zkpass:problem:query","title":"query","status":422,"code":"query","detail":"\u001b[2J"}`, "x")
	f.Add(503, `<html>`, "/../..")
	f.Fuzz(func(t *testing.T, status int, body, location string) {
		got := &reply{status: status, header: http.Header{"Location": {location}}, body: []byte(body)}
		answer, err := readAnswer(got, secrets{"a secret text"})
		if strings.Trim(answer.id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			t.Errorf("id %q", answer.id)
		}
		if s := answer.status; s.Progress < 0 || s.Progress > 1 || s.Ahead < 0 || len(s.Step) > 103 {
			t.Errorf("status %+v", s)
		}
		if err == nil && answer.ended != (status == 200) {
			t.Errorf("status %d: ended %t", status, answer.ended)
		}
		if err == nil {
			return
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) || strings.Contains(err.Error(), "a secret text") {
			t.Errorf("error %q", err)
		}
		var p *zkpass.Problem
		if !errors.As(err, &p) && !errors.Is(err, ErrAnswer) {
			t.Errorf("error %v", err)
		}
	})
}

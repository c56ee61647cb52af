package query

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	for text, want := range map[string]int64{
		"1970-01-01T00:00:00Z": 0, "1970-01-01t00:00:00z": 0, "1970-01-01T00:00:00-00:00": 0, "1970-01-01T00:00:00+00:00": 0,
		"1970-01-01T00:00:00.000000001Z": 0, "1969-12-31T23:59:59.5Z": -1, "1970-01-01T00:01:00.9+00:01": 0, "1969-12-31T23:59:00-00:01": 0,
		"0001-01-01T00:00:00Z": -62135596800, "0001-01-01T00:00:00+23:59": -62135596800 - 86340, "9999-12-31T23:59:59Z": 253402300799,
		"9999-12-31T23:59:59-23:59": 253402300799 + 86340, "2024-02-29T12:00:00Z": 1709208000, "2026-03-01T12:00:00Z": 1772366400,
	} {
		if got, ok := ParseTime(text); !ok || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z", "1970-01-01 00:00:00Z", "1970/01/01T00:00:00Z", "1970.01.01T00:00:00Z", "1970-01/01T00:00:00Z",
		"01-01-1970T00:00:00Z", "0000-01-01T00:00:00Z", "2023-02-29T00:00:00Z", "2023-00-01T00:00:00Z", "2023-13-01T00:00:00Z", "2023-04-31T00:00:00Z", "2023-04-00T00:00:00Z",
		"1970-01-01T24:00:00Z", "1970-01-01T23:60:00Z", "1970-01-01T23:59:60Z", "2016-12-31T23:59:60Z", "1970-01-01T0a:00:00Z", "1970-01-01T00-00:00Z", "1970-01-01T00:00-00Z",
		"1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00,5Z", "1970-01-01T00:00:00.5", "1970-01-01T00:00:00.5x", "1970-01-01T00:00:00.",
		"1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60", "1970-01-01T00:00:00+0000", "1970-01-01T00:00:00+00", "1970-01-01T00:00:00 00:00", "1970-01-01T00:00:00+00:00Z",
		"1970-01-01T00:00:00ZZ", " 1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z ", "1970-01-01T00:00:00+0a:00", "1970-01-01T00:00:00+00.00", "+970-01-01T00:00:00Z", "1970-01-01T00:00:00\u00bd",
	} {
		if got, ok := ParseTime(text); ok {
			t.Errorf("%q: %d, want none", text, got)
		}
	}
}

// Package time agrees on what it writes, and on what is accepted of spoilt texts.
func TestParseTimeRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		at := time.Unix(r.Int64N(253402300800+62135596800)-62135596800, r.Int64N(1_000_000_000))
		zone := time.FixedZone("", (r.IntN(2*1439+1)-1439)*60)
		local := at.In(zone)
		if y := local.Year(); y < 1 || y > 9999 {
			continue
		}
		text := local.Format([]string{time.RFC3339, time.RFC3339Nano}[r.IntN(2)])
		if got, ok := ParseTime(text); !ok || got != at.Unix() {
			t.Fatalf("%s: %d, %v, want %d", text, got, ok, at.Unix())
		}
		spoilt := []byte(text)
		spoilt[r.IntN(len(spoilt))] = "0123456789:-+.TtZz /"[r.IntN(20)]
		got, ok := ParseTime(string(spoilt))
		want, err := time.Parse(time.RFC3339, string(upper(spoilt)))
		if ok && (err != nil || want.Unix() != got) {
			t.Fatalf("%s: %d, but package time has %v, %v", spoilt, got, want, err)
		}
	}
}

// upper writes t and z as package time has them.
func upper(text []byte) []byte {
	out := append([]byte(nil), text...)
	for i, c := range out {
		if c == 't' || c == 'z' {
			out[i] = c - 'a' + 'A'
		}
	}
	return out
}

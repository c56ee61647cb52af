package freshness

import (
	"net/http"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	for control, want := range map[string]time.Duration{
		"":                              DefaultAge,
		"max-age=3600":                  time.Hour,
		"public, Max-Age=3600":          time.Hour,
		`max-age="3600"`:                time.Hour,
		"max-age=1":                     MinAge,
		"max-age=0":                     MinAge,
		"max-age=99999999":              MaxAge,
		"max-age=99999999999999999999":  MaxAge,
		"max-age=-1":                    DefaultAge,
		"max-age=x":                     DefaultAge,
		"no-store":                      MinAge,
		"max-age=3600, no-cache":        MinAge,
		"no-cache, max-age=3600":        MinAge,
		"private, must-revalidate, a=b": DefaultAge,
	} {
		if got, stale := Times(http.Header{"Cache-Control": {control}}); got != want || stale != MaxStale {
			t.Errorf("%q: %s and %s, want %s and %s", control, got, stale, want, MaxStale)
		}
	}
	for age, want := range map[string]time.Duration{
		"0": time.Hour, "600": 50 * time.Minute, "3599": MinAge, "99999999999999999999": MinAge, "-5": time.Hour, "x": time.Hour, "": time.Hour,
	} {
		if got, _ := Times(http.Header{"Cache-Control": {"max-age=3600"}, "Age": {age}}); got != want {
			t.Errorf("age %q: %s, want %s", age, got, want)
		}
	}
	for control, want := range map[string]time.Duration{
		"max-age=60, stale-if-error=600": 10 * time.Minute, "stale-if-error=0": 0, "stale-if-error=999999": MaxStale, "stale-if-error=x": MaxStale,
	} {
		if _, got := Times(http.Header{"Cache-Control": {control}}); got != want {
			t.Errorf("%q: %s, want %s", control, got, want)
		}
	}
	if got, _ := Times(http.Header{"Cache-Control": {"public", "max-age=3600"}}); got != time.Hour {
		t.Errorf("on two lines: %s", got)
	}
}

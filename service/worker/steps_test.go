package worker

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A short job tells of no step, a long one of the latest, and none does after it has ended.
func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		told := func() (steps string) {
			synctest.Wait()
			defer out.Reset()
			return out.String()
		}
		short := &steps{out: &out}
		short.step("laying out", 0)
		short.step("proving", .5)
		short.end()
		time.Sleep(2 * stepPause)
		if got := told(); got != "" {
			t.Errorf("a short job told %q", got)
		}

		long := &steps{out: &out}
		long.step("laying out", 0)
		time.Sleep(stepPause / 2)
		long.step("committing", .25)
		time.Sleep(stepPause)
		if got := told(); !strings.Contains(got, `"step":"committing","done":0.25`) || strings.Count(got, "\n") != 1 {
			t.Errorf("a long job told %q", got)
		}
		long.step("proving", .5)
		time.Sleep(2 * stepPause)
		if got := told(); !strings.Contains(got, `"step":"proving","done":0.5`) || strings.Count(got, "\n") != 1 {
			t.Errorf("a long job told %q", got)
		}
		long.step("done", 1)
		long.end()
		time.Sleep(2 * stepPause)
		if got := told(); got != "" {
			t.Errorf("a job that has ended told %q", got)
		}
	})
}

//go:build unix

package js_test

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// chromium finds the browser, or skips the test.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ZKPASS_CHROMIUM"); path != "" {
		return path
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("ZKPASS_BROWSER") == "required" {
			t.Fatalf("no Chromium: %v", err)
		}
		t.Skipf("no Chromium to run the page in: %v", err)
	}
	return path
}

// open opens a page in a browser of its own, which has ended, with every process of it,
// before its files are removed.
func open(t *testing.T, path, url string) {
	t.Helper()
	// Chromium's processes hold its standard error, so Wait ends when the last of them has.
	var said bytes.Buffer
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", url)
	cmd.Stderr, cmd.WaitDelay = &said, 20*time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if err := cmd.Wait(); err == exec.ErrWaitDelay {
			t.Error("Chromium's processes have not ended")
		}
		if t.Failed() {
			t.Logf("Chromium said: %s", said.Bytes())
		}
	})
}

package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/zkpass-go/zkpass/service"
)

// TestAttackLine28CoreDumps looks at what a service runs in, in a process of its
// own: there is no way back.
func TestAttackLine28CoreDumps(t *testing.T) {
	const marker = "ZKPASS_TEST_SERVICE_COREDUMPS"
	if os.Getenv(marker) == "" {
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "-test.run=^TestAttackLine28CoreDumps$")
		cmd.Env = append(os.Environ(), marker+"=1")
		if output, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, output)
		}
		return
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	cmd := &cobra.Command{}
	cmd.SetErr(io.Discard)
	cmd.SetContext(t.Context())
	ran := false
	err := runService(cmd, service.DefaultConfig(), func(context.Context, service.Config, *slog.Logger) error {
		ran = true
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
			t.Errorf("limit %+v, %v", limit, err)
		}
		if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
			t.Errorf("dumpable %d, %v", dumpable, err)
		}
		return nil
	})
	if err != nil || !ran {
		t.Errorf("ran %t, %v", ran, err)
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/worker"
)

// runService runs a front end or a worker until it is stopped. Its memory, with user
// data and keys in it, is in no core dump.
func runService(cmd *cobra.Command, c service.Config, run func(context.Context, service.Config, *slog.Logger) error) error {
	if err := worker.DisableCoreDumps(); err != nil {
		return fmt.Errorf("turning core dumps off: %w", err)
	}
	service.YieldToRequests()
	logger, err := newLogger(cmd.ErrOrStderr(), c.Log)
	if err != nil {
		return err
	}
	stop, err := startTracing(cmd.Context(), "zkpass "+cmd.Name(), logger)
	if err != nil {
		return err
	}
	defer stop()
	c.Prover = proverCommand
	return run(cmd.Context(), c, logger)
}

// newProver is the process that proves for serve and worker. It is no command for
// people.
func newProver() *cobra.Command {
	return &cobra.Command{
		Use:    worker.ProverCommand,
		Short:  "prove what a worker says, from standard input",
		Hidden: true,
		Args:   wantArgs(),
		// Not by way of the command's output, which is held back until its end.
		RunE: func(*cobra.Command, []string) error { return worker.Prover(os.Stdin, os.Stdout) },
	}
}

// proverCommand runs this very program, also when another version has taken its place.
func proverCommand() *exec.Cmd {
	path := "/proc/self/exe"
	if runtime.GOOS != "linux" {
		if own, err := os.Executable(); err == nil {
			path = own
		}
	}
	cmd := exec.Command(path, worker.ProverCommand)
	cmd.Args[0] = os.Args[0] // for whoever looks at processes
	// If it runs out of memory one line says so: a stack has arguments, which may be user data.
	cmd.Env = append(os.Environ(), "GOTRACEBACK=none")
	cmd.Stderr = os.Stderr
	return cmd
}

func newLogger(w io.Writer, c service.Log) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		return nil, fmt.Errorf("configuration: log.level: %q, want debug, info, warn or error", c.Level)
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return slog.New(slog.NewTextHandler(w, options)), nil
}

// Command zkpass makes keys, tokens, requests and proofs, and checks them.
//
// Standard output carries results and nothing else. Every failure, wrong usage
// too, ends with status 1 (of verify: see its help; 130 when interrupted), with nothing on standard output and, on standard
// error, a line "zkpass: error: ..." in lower case without a full stop, followed
// by a line "zkpass: hint: ..." where there is something to do about it.
package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // certificate authorities, where the system has none, as in a container

	"github.com/zkpass-go/zkpass"
)

// softMemory is from where on the collector works harder to stay below, unless
// GOMEMLIMIT says otherwise: proofs over the largest documents need it.
const softMemory = 1 << 30

// collectAt is the growth of the heap, in percent, at which it is collected, unless GOGC
// says otherwise. What is large in a proof has no pointers, so that collecting often costs
// little.
const collectAt = 30

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process, whatever it is doing
	}()
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	os.Exit(status)
}

// run executes one command line. Its output is held back until it has succeeded,
// so that no failure leaves half a result on standard output.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	status := 1
	if cmd.CommandPath() == "zkpass verify" {
		status = 2 // 1 is a verdict
	}
	var end ending
	if errors.As(err, &end) {
		status = end.status
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err, status = errInterrupted, statusInterrupted
	}
	if err == nil || end.printed {
		if _, writeErr := stdout.Write(out.Bytes()); writeErr != nil && err == nil {
			err = writeErr
		}
	}
	if err != nil {
		report(stderr, err)
		return status
	}
	return 0
}

// errInterrupted says that a signal ended a command, and nothing that went wrong.
var errInterrupted = errors.New("interrupted")

// statusInterrupted is what shells give to a process that Ctrl-C ended: 128 and the
// number of the signal.
const statusInterrupted = 128 + 2

// ending is an error that ends the process with a status of its own.
type ending struct {
	error
	status  int
	printed bool // standard output has a result all the same
}

func (e ending) Unwrap() error { return e.error }

// extra are commands that only some builds have.
var extra []func() *cobra.Command

func newRoot() *cobra.Command {
	root := newGroup(&cobra.Command{
		Use:   "zkpass",
		Short: "prove answers about signed data without showing the data",
		Long: `zkpass makes and checks zero-knowledge proofs about signed user data.

An issuer signs data, a verifier asks a question about it in a signed request
(a DVR), and the holder of the data answers with a proof that shows nothing but
the answer.`,
		Example: `  zkpass run -u user-data.json -q query.json
  zkpass keygen --out issuer.jwk
  zkpass issue --key issuer.jwk user-data.json >token.jwt
  zkpass query check query.json`,
		Version: zkpass.Version,
	},
		newAPIKey(), newAttest(), newBench(), newCompletion(), newDVR(), newInspect(), newIssue(), newIssuer(), newJob(), newJWKS(), newKeygen(), newProve(), newProver(), newQuery(), newRun(), newServe(), newVerifier(), newVerify(), newVersion(), newWorker(),
	)
	for _, make := range extra {
		root.AddCommand(make())
	}
	// A group runs only to report wrong usage; its help names commands alone.
	root.SetUsageTemplate(strings.NewReplacer(
		"{{if .Runnable}}", "{{if and .Runnable (not .Annotations.group)}}",
		"{{if .HasAvailableSubCommands}}\n  {{.CommandPath}} [command]", "{{if .Annotations.group}}\n  {{.CommandPath}} [command]",
	).Replace(root.UsageTemplate()))
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError(cmd, err) })
	return root
}

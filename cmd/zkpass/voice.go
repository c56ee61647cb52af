package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

// hinted is an error with advice on what to do about it.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// withHint adds advice to an error: one line, lower case, without a full stop.
func withHint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return hinted{err, fmt.Sprintf(format, args...)}
}

// usageError is an error in the command line itself.
func usageError(cmd *cobra.Command, err error) error {
	return withHint(err, "%s --help shows the usage", cmd.CommandPath())
}

// report writes an error and its hint the way every command does. Line ends
// within are folded, so that a line of the log is a whole message.
func report(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "zkpass: error: %s\n", oneLine(err.Error()))
	if hint := hintFor(err); hint != "" {
		fmt.Fprintf(stderr, "zkpass: hint: %s\n", oneLine(hint))
	}
}

func oneLine(s string) string { return strings.Join(strings.FieldsFunc(s, isLineEnd), " ") }

func isLineEnd(r rune) bool { return r == '\n' || r == '\r' }

// hintFor returns the advice that an error carries, or what usually helps with
// errors of its kind.
func hintFor(err error) string {
	var h hinted
	switch {
	case errors.As(err, &h):
		return h.hint
	case errors.Is(err, zkpass.ErrKeyFile):
		return "a private key belongs in a file of its own with mode 0600: chmod 0600 FILE, or choose a new name"
	case errors.Is(err, zkpass.ErrNotAllowed):
		return "key sets are fetched over https, from public hosts"
	case errors.Is(err, query.ErrCompile):
		return "zkpass query check tests a query by itself; --tags and --format tell it of the documents"
	}
	return ""
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// printLine writes a result on a line of its own.
func printLine(cmd *cobra.Command, text string) error {
	_, err := io.WriteString(cmd.OutOrStdout(), text+"\n")
	return err
}

// addOut gives a command the flag --out.
func addOut(cmd *cobra.Command, out *string) {
	cmd.Flags().StringVar(out, "out", "", "file to write the result to (default: standard output)")
}

// writeResult writes a result to a file, or to standard output without one. The file
// appears whole or not at all. Results may be bearer secrets: only its owner may read it.
func writeResult(cmd *cobra.Command, out, text string) (err error) {
	if out == "" || out == stdinName {
		return printLine(cmd, text)
	}
	file, err := os.CreateTemp(filepath.Dir(out), ".zkpass-*")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	_, err = io.WriteString(file, text+"\n")
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err = os.Rename(file.Name(), out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	note(cmd, "wrote %s", out)
	return nil
}

// printJSON writes a result as JSON on several lines, for people to read.
func printJSON(cmd *cobra.Command, value any) error {
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// note writes what is no result: it goes to standard error.
func note(cmd *cobra.Command, format string, args ...any) {
	fmt.Fprintf(cmd.ErrOrStderr(), "zkpass: "+format+"\n", args...)
}

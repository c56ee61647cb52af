package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// printLine writes a result on a line of its own.
func printLine(cmd *cobra.Command, text string) error {
	_, err := io.WriteString(cmd.OutOrStdout(), text+"\n")
	return err
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

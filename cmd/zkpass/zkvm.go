package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

// addZKVM adds the flag that chooses the zkVM of a request.
func addZKVM(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "zkvm", zkpass.LibZK, "zkVM that is to prove: "+zkpass.LibZK+", or "+zkpass.LibZKHash+" for larger proofs that rest on hashes alone")
	completeWith(cmd, "zkvm", zkpass.Families()...)
}

func checkZKVM(name string) error {
	if !slices.Contains(zkpass.Families(), name) {
		return fmt.Errorf("--zkvm: want %s, not %q", strings.Join(zkpass.Families(), " or "), name)
	}
	return nil
}

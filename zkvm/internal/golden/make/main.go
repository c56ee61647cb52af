// Command make makes the golden statements and proofs that are missing, and touches none
// that are there: see package golden.
//
//	go run ./zkvm/internal/golden/make
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zkpass-go/zkpass/zkvm/internal/golden"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "make: error:", err)
		os.Exit(1)
	}
}

func run() error {
	if err := os.MkdirAll(golden.Dir, 0o755); err != nil {
		return fmt.Errorf("%w: run it in the module's directory", err)
	}
	keys, total := golden.Keys{}, 0
	for _, c := range golden.Cases() {
		if _, err := os.Stat(filepath.Join(golden.Dir, c.Name+".proof")); err == nil {
			continue
		}
		n, err := c.Make(context.Background(), golden.Dir, keys)
		if err != nil {
			return err
		}
		total += n
		fmt.Printf("%7d bytes  %s\n", n, filepath.Join(golden.Dir, c.Name))
	}
	fmt.Printf("%7d bytes of proofs\n", total)
	return nil
}

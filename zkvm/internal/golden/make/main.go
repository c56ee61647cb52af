// Command make makes the golden statements and proofs anew: see package golden.
//
//	go run ./zkvm/internal/golden/make           all of them
//	go run ./zkvm/internal/golden/make hash-     those whose name begins so
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zkpass-go/zkpass/zkvm/internal/golden"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "make: error:", err)
		os.Exit(1)
	}
}

func run(prefixes []string) error {
	if len(prefixes) == 0 { // all: none is left over that has no case
		if err := os.RemoveAll(golden.Dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(golden.Dir, 0o755); err != nil {
		return fmt.Errorf("%w: run it in the module's directory", err)
	}
	keys, total := golden.Keys{}, 0
	for _, c := range golden.Cases() {
		wanted := len(prefixes) == 0
		for _, p := range prefixes {
			wanted = wanted || strings.HasPrefix(c.Name, p)
		}
		if !wanted {
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

// Command generate writes the compiled circuit of package sha256 into the file that is
// embedded there.
package main

import (
	"fmt"
	"os"

	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
)

func main() {
	if err := os.WriteFile("sha256.circuit", sha256.Compile().AppendCompact(nil), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

//go:build !(js && wasm)

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "wasm: this runs in a page or in Node only: build it with make js")
	os.Exit(1)
}

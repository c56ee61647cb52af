// Package javashop_test runs the example shop in Java. It needs a JDK of version 17 or
// later; without one it is skipped, unless ZKPASS_JAVA is "required".
package javashop_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/zkpass-go/zkpass/internal/shoptest"
)

func TestShop(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Java and proves")
	}
	// The first compiles what java runs from source; a JRE lacks it.
	for _, name := range []string{"javac", "java"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("ZKPASS_JAVA") == "required" {
				t.Fatalf("no JDK: %v", err)
			}
			t.Skipf("no JDK to run the shop in: %v", err)
		}
	}
	shoptest.Visit(t, exec.Command("java", "Shop.java"))
}

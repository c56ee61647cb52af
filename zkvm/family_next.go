//go:build zkpassnext

package zkvm

import (
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// With this build tag, which is for tests alone, a build stands for a later release with
// one family more.
func init() {
	families = append(families, struct {
		name     libzk.Profile
		circuits func() *circuits.Family
	}{libzk.Next, circuits.Compiled})
}

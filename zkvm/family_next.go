//go:build zkpassnext

package zkvm

import (
	"sync/atomic"

	"github.com/zkpass-go/zkpass/libzk"
)

// With this build tag, which is for tests alone, a build stands for a later release with
// one family more.
func init() {
	families = append(families, struct {
		name     libzk.Profile
		circuits *atomic.Pointer[family]
	}{libzk.Next, &compiled})
}

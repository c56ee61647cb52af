//go:build zkpassnext

package libzk

// Next is V2 under another name: with this build tag, which is for tests alone, a build
// stands for a later release with one family more.
const Next Profile = "libzk-next"

func init() { profiles[Next] = true }

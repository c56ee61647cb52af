//go:build zkpassnext

package zkpass

// With this build tag, which is for tests alone, a build stands for a later release: it
// proves with one zkVM more, libzk.Next.
func init() { families = append(families, "libzk-next") }

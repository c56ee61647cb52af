package libzk

import "github.com/zkpass-go/zkpass/libzk/internal/cores"

// LimitCores bounds how many goroutines each proof, and each verification, keeps
// busy at once, for all of the process from then on; 0 lifts the bound. Without
// one they take as many as GOMAXPROCS. A process that serves requests besides
// proving sets GOMAXPROCS higher than this, so that the Go scheduler always has a
// processor for what has come in.
func LimitCores(n int) { cores.Limit(n) }

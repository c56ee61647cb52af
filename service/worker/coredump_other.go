//go:build !unix

package worker

// DisableCoreDumps does nothing here: there are no core dumps unless the system is
// told to write them.
func DisableCoreDumps() error { return nil }

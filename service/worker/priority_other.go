//go:build !linux

package worker

// lowerPriority does nothing: threads have no priority of their own here that
// could be lowered without rights.
func lowerPriority() {}

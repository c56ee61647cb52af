package gf128

import "testing"

// instructionSet is a choice of kernels that this machine can run.
type instructionSet struct {
	name string
	// use makes the kernels use the set, until restore is called.
	use func() (restore func())
}

// forEachInstructionSet runs a test with each choice of kernels.
func forEachInstructionSet(t *testing.T, test func(*testing.T)) {
	for _, set := range instructionSets() {
		t.Run(set.name, func(t *testing.T) {
			defer set.use()()
			test(t)
		})
	}
}

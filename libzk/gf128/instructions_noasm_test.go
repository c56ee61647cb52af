//go:build !amd64 || purego

package gf128

func instructionSets() []instructionSet {
	return []instructionSet{{"generic", func() func() { return func() {} }}}
}

//go:build (!amd64 && !(js && wasm)) || purego

package gf128

func instructionSets() []instructionSet {
	return []instructionSet{{"generic", func() func() { return func() {} }}}
}

//go:build !amd64 || purego

package gf128

// laneExtender is for amd64 only.
func laneExtender(*plan[uint16, symbolButterflies], int, int) func(row []uint16) { return nil }

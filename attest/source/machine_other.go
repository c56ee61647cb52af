//go:build !linux

package source

// kinds is empty: all platforms run Linux.
var kinds []kind

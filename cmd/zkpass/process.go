package main

import "time"

// initialised is when the packages of this process were.
var initialised = time.Now()

// longestStart bounds how long the way from the start of a process to its first
// package may take. A time outside is not believed.
const longestStart = time.Minute

// sinceProcessStart returns how long ago this process started, as precisely as the
// system tells.
func sinceProcessStart() time.Duration {
	known := time.Since(initialised)
	if told, ok := processAge(); ok && told > known && told < known+longestStart {
		return told
	}
	return known
}

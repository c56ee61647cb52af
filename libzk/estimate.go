package libzk

// TypicalSize is the size in bytes of a typical proof that publishes the given
// number of bytes. Only the joint path of the opened columns varies, by some
// hundred bytes.
func (s *System) TypicalSize(published int) int {
	return s.ProofSize(published, typicalPath(s.gfShape.Columns))
}

// typicalPath is the expected number of digests in the joint path of the opened
// columns among n, as if each were opened on its own: of two siblings with w
// leaves each below them, one is sent if exactly one has an opened leaf.
func typicalPath(n int) int {
	closed := 1 - queries/float64(n) // below a node of this level no leaf is open
	path := 0.0
	for w := 1; w < n; w *= 2 {
		path += float64(n) / float64(w) * closed * (1 - closed)
		closed *= closed
	}
	return int(path)
}

package json

import "fmt"

// Row is what is committed for one byte position.
type Row struct {
	Active bool
	X      byte
	State  State // before the byte
	Escape bool  // inside a string, and a backslash occurs at or after this byte in it
	Flags  Flags
}

// AppendBits appends the bits of the row besides Active and X: mode (lowest bit
// first), name, depth, objects, escape, open, close, name start, value start,
// token. There are Bits(depth).
func (r *Row) AppendBits(dst []bool, depth int) []bool {
	dst = r.State.appendBits(dst, depth)
	return append(dst, r.Escape, r.Flags.Open, r.Flags.Close, r.Flags.Name, r.Flags.Value, r.Flags.Token)
}

func (st State) appendBits(dst []bool, depth int) []bool {
	dst = appendBits(dst, uint(st.Mode), 6)
	dst = append(dst, st.Name)
	dst = appendBits(dst, uint(st.Depth), depth)
	return appendBits(dst, uint(st.Objects), depth)
}

func appendBits(dst []bool, v uint, n int) []bool {
	for j := range n {
		dst = append(dst, v>>j&1 == 1)
	}
	return dst
}

// Trace is the witness of a document in n positions with at most depth open
// containers: rows 0 to n, of which the last one has only a state, Done. Rows
// past the payload are idle: the byte is zero and the state Done. The errors are
// ErrSyntax, ErrDepth, ErrBracket, ErrUnfinished and ErrLength, with the offset.
func Trace(payload []byte, n, depth int) ([]Row, error) {
	if depth < 1 || depth > MaxDepth {
		return nil, fmt.Errorf("%w: limit %d outside 1..%d", ErrDepth, depth, MaxDepth)
	}
	if len(payload) > n {
		return nil, fmt.Errorf("%w: %d bytes, room for %d", ErrLength, len(payload), n)
	}
	rows := make([]Row, n+1)
	s := Start
	for i, x := range payload {
		next, flags, err := Step(s, x, depth)
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", i, err)
		}
		rows[i] = Row{Active: true, X: x, State: s, Flags: flags}
		s = next
	}
	if s != Done {
		return nil, fmt.Errorf("byte %d: %w", len(payload), ErrUnfinished)
	}
	for i := len(payload); i <= n; i++ {
		rows[i].State = Done
	}
	for i := len(payload) - 1; i >= 0; i-- {
		rows[i].Escape = rows[i+1].State.Mode.inside() && (rows[i].X == '\\' || rows[i+1].Escape)
	}
	return rows, nil
}

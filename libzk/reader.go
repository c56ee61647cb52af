package libzk

import (
	"encoding/binary"
	"errors"

	"github.com/zkpass-go/zkpass/libzk/field"
)

var errTruncated = errors.New("truncated")

// reader reads a proof. After the first error it returns zero values.
type reader[E comparable] struct {
	f   field.Field[E]
	b   []byte
	err error
}

func (r *reader[E]) bytes(n int) []byte {
	if r.err != nil || n > len(r.b) {
		if r.err == nil {
			r.err = errTruncated
		}
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader[E]) uint32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader[E]) elem() (e E) {
	if b := r.bytes(r.f.Size()); b != nil {
		e, r.err = r.f.Decode(b)
	}
	return e
}

func (r *reader[E]) subfield() (e E) {
	if b := r.bytes(r.f.SubfieldSize()); b != nil {
		e, r.err = r.f.DecodeSubfield(b)
	}
	return e
}

func (r *reader[E]) symbol() uint16 {
	if b := r.bytes(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

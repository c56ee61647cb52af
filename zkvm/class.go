package zkvm

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zkpass-go/zkpass/document"
)

// Class is a size class: what a proof tells of the size of a document.
type Class struct {
	Bytes int // room for the decoded payload
	Depth int // room for open containers
	// Escapes tells that strings which the query uses may have escapes. A class
	// without costs less, and refuses them.
	Escapes bool
	// Names tells that objects which paths look into may have names with escapes. A
	// class without costs less, and refuses such objects.
	Names bool
}

// ErrClass means that a size class does not exist or does not fit.
var ErrClass = errors.New("no such size class")

// sizes are the classes' payload sizes in bytes, each at most half as large
// again as the one before. The last one holds the largest payload.
var sizes = []int{192, 288, 384, 480, 576, 672, 768, 960, 1152, 1344, 1536, 1920, 2304, 2688, 3072, 3840, 4608, 5376, 6144, 7680, 9216, 10752, 12288, 14336, 16384}

var depths = []int{8, 16}

// MaxPayload is the largest payload that can be proven, in bytes.
const MaxPayload = document.MaxSize

// ClassFor is the smallest class for a payload of the given size and nesting.
func ClassFor(bytes, depth int) (Class, error) {
	if bytes > MaxPayload {
		return Class{}, fmt.Errorf("payload of %d bytes, at most %d can be proven", bytes, MaxPayload)
	}
	for _, n := range sizes {
		for _, d := range depths {
			if bytes <= n && depth <= d {
				return Class{Bytes: n, Depth: d}, nil
			}
		}
	}
	return Class{}, fmt.Errorf("%d open containers, at most %d can be proven", depth, document.MaxDepth)
}

// String is the class as it stands in proof tokens: "576/8", with the letter e if
// strings may have escapes, and then n if names may: "576/8e", "576/8n", "576/8en".
func (c Class) String() string {
	s := fmt.Sprintf("%d/%d", c.Bytes, c.Depth)
	if c.Escapes {
		s += "e"
	}
	if c.Names {
		s += "n"
	}
	return s
}

// ParseClass reads the form that String writes and accepts existing classes
// only.
func ParseClass(s string) (Class, error) {
	size, names := strings.CutSuffix(s, "n")
	size, escapes := strings.CutSuffix(size, "e")
	b, d, _ := strings.Cut(size, "/")
	bytes, err1 := strconv.Atoi(b)
	depth, err2 := strconv.Atoi(d)
	c := Class{bytes, depth, escapes, names}
	if err1 != nil || err2 != nil || !c.exists() || c.String() != s {
		return Class{}, fmt.Errorf("%w: %.20q", ErrClass, s)
	}
	return c, nil
}

func (c Class) exists() bool {
	for _, n := range sizes {
		for _, d := range depths {
			if c.Bytes == n && c.Depth == d {
				return true
			}
		}
	}
	return false
}

// groups is the number of base64url groups that the class has room for.
func (c Class) groups() int { return (c.Bytes + 2) / 3 }

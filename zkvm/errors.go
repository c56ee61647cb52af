package zkvm

import "github.com/zkpass-go/zkpass/zkvm/internal/program"

var (
	// ErrUnsupported means that a query is valid but cannot be proven.
	ErrUnsupported = program.ErrUnsupported
	// ErrTooLarge means that a proof of the statement would be too large.
	ErrTooLarge = program.ErrTooLarge

	errOutput = program.ErrOutput
)

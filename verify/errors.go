package verify

import (
	"errors"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Why a proof is refused, one error for each check of [Verify], in their order.
// Besides these there are [zkpass.ErrMalformed] and [zkpass.ErrTooLarge] for what
// cannot be read at all, and more precise causes that the errors wrap too, such
// as [zkpass.ErrSignature] or [zkpass.ErrFetch].
var (
	// ErrService means that policy does not accept the maker of the proof: the
	// signature of a service does not hold or is missing.
	ErrService = errors.New("maker of the proof not accepted")
	// ErrRequest means that the proof answers another request.
	ErrRequest = zkpass.ErrDigestMismatch
	// ErrExpired means that the request has expired.
	ErrExpired = zkpass.ErrExpired
	// ErrIssuerKey means that the documents are signed with other keys than
	// expected, or that the key expected cannot be had.
	ErrIssuerKey = errors.New("issuer key not as expected")
	// ErrDVRKey means that the request is not signed with the key that it and
	// policy name, or that the proof names another.
	ErrDVRKey = errors.New("key of the request not as expected")
	// ErrStale means that the proof was made longer ago than the ttl.
	ErrStale = errors.New("proof too old")
	// ErrFuture means that the proof bears a time that has not come.
	ErrFuture = errors.New("proof from the future")
	// ErrMethodVersion means that the request was made for another version of the
	// circuits than the verifier has.
	ErrMethodVersion = statement.ErrMethodVersion
	// ErrProof means that the zero-knowledge proof does not hold for what the
	// token says.
	ErrProof = zkvm.ErrProof
	// ErrNoExpiry means that a request without a time of expiry was to be answered once:
	// no store can see to that for ever.
	ErrNoExpiry = errors.New("request without expiry")
	// ErrReplayed means that the request has been answered before.
	ErrReplayed = errors.New("request answered before")
	// ErrStoreFull means that a [MemoryStore] has no room for another request.
	ErrStoreFull = errors.New("store of answered requests is full")
)

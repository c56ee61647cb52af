package zkpass

// Why a verifier does not accept a proof: these, and of those above tokens, keys,
// expired (410) and unsupported. See package verify, which finds the code of an error.
const (
	ProblemMaker      ProblemCode = "maker"         // 422: nobody whose proofs are accepted has made it
	ProblemOther      ProblemCode = "other-request" // 422: it answers another request
	ProblemStale      ProblemCode = "stale"         // 422: it was made too long ago
	ProblemFuture     ProblemCode = "future"        // 422: it bears a time that has not come
	ProblemProof      ProblemCode = "proof"         // 422: it does not hold
	ProblemAnswered   ProblemCode = "answered"      // 409: the request has been answered before
	ProblemCannotTell ProblemCode = "cannot-tell"   // 503: a key set or the store cannot be reached; nothing is used up
)

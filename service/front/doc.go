// Package front is the HTTP API of a zkPass service: it takes requests for proofs
// and says how they stand. openapi.yaml, which it serves too, is its reference.
//
// What it checks before a job is accepted, always in this order: API key (401, or
// 403 without the scope), limits of the key and of the address (429), size of the
// body (413), its media type (415), its form and the keys that it is encrypted to
// (400), room in the queue (503). Requests are JWE that it cannot read; decryption,
// the checks of tokens and proving are the business of workers. Only the proof
// token passes through.
//
// It keeps user data, job ids and secrets out of logs, metrics, traces and
// problems: access lines have the route and never the path, and every request is
// known by an id that is made here.
//
// [NewServer] has the timeouts that make long polls possible and slow clients
// harmless; a [Handler] behind another http.Server needs the same.
package front

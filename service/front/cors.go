package front

import (
	"net/http"
	"slices"
)

// What pages of the configured origins may send and read, beside what the Fetch
// standard always allows.
const (
	corsRequestHeaders  = "Authorization, Content-Type, Idempotency-Key, If-None-Match"
	corsResponseHeaders = "Allow, ETag, Location, Retry-After, X-Request-Id"
	corsMaxAge          = "600"
)

// allowOrigin lets a page of a configured origin read the answer. Origins are
// compared exactly. Cookies play no part, so no credentials are allowed.
func (x *exchange) allowOrigin() {
	if len(x.origins) == 0 {
		return
	}
	header := x.w.Header()
	header.Add("Vary", "Origin")
	origins := x.r.Header.Values("Origin")
	if len(origins) != 1 || !slices.Contains(x.origins, origins[0]) {
		return
	}
	x.origin = origins[0]
	header.Set("Access-Control-Allow-Origin", x.origin)
	header.Set("Access-Control-Expose-Headers", corsResponseHeaders)
}

// preflight answers the question of a browser whether a page may send a request.
// It reports false if the request is none, or of no configured origin.
func (x *exchange) preflight(found *route) bool {
	asked := x.r.Header.Get("Access-Control-Request-Method")
	if x.origin == "" || x.r.Method != http.MethodOptions || asked == "" {
		return false
	}
	header := x.w.Header()
	header.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	header.Set("Access-Control-Allow-Methods", found.allow())
	header.Set("Access-Control-Allow-Headers", corsRequestHeaders)
	header.Set("Access-Control-Max-Age", corsMaxAge)
	x.w.WriteHeader(http.StatusNoContent)
	return true
}

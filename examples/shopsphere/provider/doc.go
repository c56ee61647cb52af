// Package provider is the OpenID provider of ShopSphere: accounts, a login page,
// and an OpenID Connect provider (zitadel/oidc) with discovery, JWKS and the
// authorization code flow with PKCE. Its ID tokens carry the profile of a customer.
//
// It knows nothing of zkPass and was not changed for it.
//
// Accounts come from a file and nothing is kept across restarts, the signing key
// neither: that is the demonstration in it.
package provider

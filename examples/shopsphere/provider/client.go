package provider

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is an application that users may log in to. One without a secret is public
// (RFC 6749, section 2.1); like all others it must use PKCE.
type Client struct {
	ID, Secret   string
	Name         string // that users read
	RedirectURIs []string
	// Origins are those whose pages may exchange codes for tokens themselves (CORS).
	Origins []string
}

// tokenLife is how long ID tokens and access tokens are good.
const tokenLife = time.Hour

// client is a Client as the library asks about it.
type client struct{ Client }

func (c *client) GetID() string                       { return c.ID }
func (c *client) RedirectURIs() []string              { return slices.Clone(c.Client.RedirectURIs) }
func (c *client) PostLogoutRedirectURIs() []string    { return nil }
func (c *client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c *client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c *client) GrantTypes() []oidc.GrantType                     { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c *client) LoginURL(id string) string                        { return "/login?id=" + id }
func (c *client) AccessTokenType() op.AccessTokenType              { return op.AccessTokenTypeBearer }
func (c *client) IDTokenLifetime() time.Duration                   { return tokenLife }
func (c *client) DevMode() bool                                    { return false }
func (c *client) IsScopeAllowed(string) bool                       { return false }
func (c *client) IDTokenUserinfoClaimsAssertion() bool             { return true }
func (c *client) ClockSkew() time.Duration                         { return 0 }
func (c *client) RestrictAdditionalIdTokenScopes() scopeFilter     { return keepScopes }
func (c *client) RestrictAdditionalAccessTokenScopes() scopeFilter { return keepScopes }

func (c *client) AuthMethod() oidc.AuthMethod {
	if c.Secret == "" {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}

type scopeFilter = func([]string) []string

func keepScopes(scopes []string) []string { return scopes }

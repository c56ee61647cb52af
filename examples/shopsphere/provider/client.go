package provider

import (
	"slices"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Client is an application that users may log in to. It has a server and so can
// keep a secret.
type Client struct {
	ID, Secret   string
	Name         string // that users read
	RedirectURIs []string
}

// tokenLife is how long ID tokens and access tokens are good.
const tokenLife = time.Hour

// client is a Client as the library asks about it.
type client struct{ Client }

func (c *client) GetID() string                       { return c.ID }
func (c *client) RedirectURIs() []string              { return slices.Clone(c.Client.RedirectURIs) }
func (c *client) PostLogoutRedirectURIs() []string    { return nil }
func (c *client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c *client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
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

type scopeFilter = func([]string) []string

func keepScopes(scopes []string) []string { return scopes }

// An OpenID provider as npm's oidc-provider comes: its own development keys, login
// pages and storage in memory. Configured are the one client, which is public, that its
// pages may exchange codes, and the accounts' claims.
//
//   node server.mjs ISSUER CLIENT_ID ORIGIN USERS.json REDIRECT_URI...
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [issuer, clientID, appOrigin, users, ...redirectURIs] = process.argv.slice(2);
const accounts = new Map(JSON.parse(readFileSync(users)).map(({ username, password, ...claims }) => [username, claims]));

const provider = new Provider(issuer, {
  clients: [{ client_id: clientID, token_endpoint_auth_method: "none", redirect_uris: redirectURIs }],
  clientBasedCORS: (_, origin) => origin === appOrigin,
  claims: {
    openid: ["sub"],
    email: ["email"],
    profile: ["name", "firstName", "lastName", "gender", "birthdate", "driverLicenseNumber", "picture"],
  },
  conformIdTokenClaims: false, // claims of scopes are in ID tokens, not at the userinfo endpoint alone
  async findAccount(_, id) {
    const claims = accounts.get(id);
    return claims && { accountId: id, claims: async () => ({ ...claims, sub: id }) };
  },
});

const { hostname, port } = new URL(issuer);
provider.listen(Number(port), hostname, () => console.log("ready"));

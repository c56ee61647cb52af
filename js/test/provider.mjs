// An OpenID provider and a client as others write them: npm's oidc-provider as it comes, and
// openid-client.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import * as client from "openid-client";

const account = { sub: "jane", name: "Jane Doe", birthdate: "2000-10-31" };
export const clientId = "wine-app";
const clientSecret = "secret-of-the-wine-app";
const redirectUri = "https://app.example/callback"; // nobody goes there: the test reads the redirect

export async function newProvider(t) {
  let handle;
  const server = createServer((request, response) => handle(request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub"], profile: ["name", "birthdate"] },
    conformIdTokenClaims: false, // claims of scopes are in ID tokens, not at the userinfo endpoint alone
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...account, sub: id }) }),
  });
  handle = provider.callback();
  const configuration = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute: [client.allowInsecureRequests] });
  const jwks = await (await fetch(configuration.serverMetadata().jwks_uri)).json();
  return { issuer, jwks, signIn: (nonce) => signIn(configuration, nonce) };
}

/** Signs Jane in, by the nonce of a request, and returns her ID token. */
async function signIn(configuration, nonce) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const start = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri, scope: "openid profile", state, nonce, prompt: "login",
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256",
  });
  const tokens = await client.authorizationCodeGrant(configuration, await browse(start), { pkceCodeVerifier, expectedNonce: nonce, expectedState: state, idTokenExpected: true });
  return tokens.id_token;
}

/** Does what a person at a browser does on the provider's pages, and returns where the provider sends them back to. */
async function browse(url, cookies = new Map(), form = undefined, pages = 0) {
  if (pages > 12) throw new Error(`too many pages, the last at ${url}`);
  if (url.href.startsWith(redirectUri)) return url;
  const response = await fetch(url, {
    method: form ? "POST" : "GET", body: form, redirect: "manual",
    headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
  });
  for (const cookie of response.headers.getSetCookie()) cookies.set(...cookie.split(";")[0].split(/=(.*)/s).slice(0, 2));
  const text = await response.text();
  if (response.headers.has("Location")) return browse(new URL(response.headers.get("Location"), url), cookies, undefined, pages + 1);
  const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
  const prompt = /name="prompt" value="([^"]+)"/.exec(text)?.[1];
  if (!action || !prompt) throw new Error(`no form at ${url}: ${response.status} ${text.slice(0, 300)}`);
  return browse(new URL(action, url), cookies, new URLSearchParams(prompt === "login" ? { prompt, login: account.sub, password: "any" } : { prompt }), pages + 1);
}

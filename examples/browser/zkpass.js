// What a page or a phone's web view needs to have a zkPass service prove: JWE (RFC 7516) with
// ECDH-ES and A256GCM by WebCrypto, and the three calls. No library. Pages need https or loopback.

// encrypt makes the JWE of {"data": text} towards a service's key, a JWK. more are members
// for its header, which is authenticated together with the text.
export async function encrypt(jwk, text, more = {}) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, curve, false, []);
  const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", ours.publicKey);
  const header = base64url(utf8(JSON.stringify({ alg: "ECDH-ES", enc: "A256GCM", kid: jwk.kid, epk: { kty, crv, x, y }, ...more })));

  // The content key of RFC 7518, section 4.6: one round of the Concat KDF.
  const z = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const name = utf8("A256GCM");
  const round = await new Blob([uint32(1), z, uint32(name.length), name, uint32(0), uint32(0), uint32(256)]).arrayBuffer();
  const raw = await crypto.subtle.digest("SHA-256", round);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);

  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: "AES-GCM", iv, additionalData: utf8(header) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, utf8(JSON.stringify({ data: text }))));
  return [header, "", base64url(iv), base64url(sealed.slice(0, -16)), base64url(sealed.slice(-16))].join(".");
}

// prove returns the proof token for a DVR token and the user data tokens by tag: {"": token}. It calls
// service + path by request, which is fetch with whatever authorizes it: the service's API key
// belongs to a server of the app's own, which passes these calls on and sees only the JWE.
export async function prove(service, dvrToken, tokens, { request = fetch, progress = () => {} } = {}) {
  const { keys } = await answer(await request(service + "/.well-known/jwks.json"));
  const key = keys.find((k) => k.use === "enc"); // the first one is the one in use
  // The user data is for this request and no other, whoever gets hold of the JWE on its way.
  const zkpass_dvr = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(dvrToken))));
  const response = await request(service + "/v1/proof?wait=10", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({
      user_data_token: await encrypt(key, JSON.stringify(tokens), { zkpass_dvr }),
      dvr_token: await encrypt(key, dvrToken, family(dvrToken)),
    }),
  });
  let job = await answer(response);
  while (job.status === 202) {
    progress(job);
    job = await answer(await request(service + job.queue_status_url + "?wait=10"));
  }
  return job.proof;
}

// family is the member of the request's header that says who can prove it: service workers
// of several versions may be there while it is upgraded.
function family(dvrToken) {
  const payload = dvrToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  const text = new TextDecoder().decode(Uint8Array.from(atob(payload), (c) => c.charCodeAt(0)));
  return { zkpass_family: JSON.parse(text).data.zkvm };
}

// answer reads a JSON answer; a problem (RFC 9457) becomes an Error that says what to do.
async function answer(response) {
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.detail || body.title), { problem: body });
  return body;
}

const utf8 = (text) => new TextEncoder().encode(text);
const uint32 = (n) => new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]);

function base64url(bytes) {
  let text = "";
  for (const b of bytes) text += String.fromCharCode(b);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

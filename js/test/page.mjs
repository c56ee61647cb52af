// A page that proves and verifies, and says how long its own thread was busy at a stretch.
import * as sdk from "/node_modules/@zkpass-go/sdk/dist/browser.js";
import { generateKeyPair, exportJWK, SignJWT, jwtVerify } from "/node_modules/jose/dist/webapi/index.js";
import { measure } from "./measure.mjs";

const text = async (path) => (await fetch(path)).text();
let longest = 0;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
});
observer.observe({ type: "longtask" });

/** The longest task of more than 50 ms since the last call, or 0. */
async function longestTask() {
  await new Promise((resolve) => setTimeout(resolve, 200)); // entries come after the task
  const duration = longest;
  longest = 0;
  return Math.round(duration);
}

/** A task of 80 ms, to see that the observer would have told. */
function busy() {
  return new Promise((resolve) => setTimeout(() => {
    const end = performance.now() + 80;
    while (performance.now() < end);
    resolve();
  }));
}

/** All parties in one page: an issuer with jose, a verifier, and a holder who is asked to log in anew. */
async function exchange() {
  const keys = await generateKeyPair("RS256");
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: "RS256", use: "sig", kid: "k1" }] };
  const key = await sdk.generateKey();
  const query = { ">=": [{ get_age: [{ dvar: "birthdate" }, "YYYY-MM-DD"] }, 18] };
  const { dvrToken, loginNonce } = await sdk.createRequest({ title: "Adult", query, issuers: { "": { jwks, format: "jwt" } }, loginNonce: true, responseUri: `${location.origin}/proofs` }, key);
  const { payload } = await jwtVerify(dvrToken, key.publicKey);
  const info = await sdk.readRequest(dvrToken);
  if (payload.iss !== location.origin || info.loginNonce !== loginNonce) throw new Error("the request is another");
  const token = await new SignJWT({ birthdate: "2000-10-31", nonce: info.loginNonce }).setProtectedHeader({ alg: "RS256", kid: "k1" }).sign(keys.privateKey);
  const proof = await sdk.prove(dvrToken, token);
  const once = new sdk.MemoryOnce();
  const { output } = await sdk.verify(proof, dvrToken, { once, allowLocal: true });
  const again = await sdk.verify(proof, dvrToken, { once, allowLocal: true }).then(() => "accepted", (error) => error.code);
  return `${output} ${again}`;
}

let result;
try {
  const figures = await measure(sdk, await text("/claims.json"), await text("/query.json"), Number(new URLSearchParams(location.search).get("rounds")));
  const given = new AbortController();
  const stopped = await sdk.prove("a.b.c", "a.b.c", { signal: given.signal }).then(() => "proof", (error) => error.code);
  const exchanged = await exchange();
  const longest_task_ms = await longestTask();
  await busy();
  result = { ...figures, stopped, exchanged, longest_task_ms, noticed_task_ms: await longestTask() };
} catch (error) {
  result = { error: String(error?.stack ?? error), code: error?.code };
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });

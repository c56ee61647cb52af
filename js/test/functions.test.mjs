import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { createRequest, explain, generateKey, KeySets, load, locate, MemoryOnce, prove, publicJWK, readRequest, Service, verify, Verifier, ZkPassError } from "@zkpass-go/sdk";
import { newIssuer, refused } from "./issuer.mjs";

const query = [{ output: { adult: { ">=": [{ dvar: "age" }, 18] } } }];

async function exchange(more = {}) {
  const issuer = await newIssuer();
  const key = await generateKey();
  const made = await createRequest({ title: "Adult", query, issuers: { "": { jwks: issuer.jwks } }, ...more }, key);
  return { issuer, key, made, token: await issuer.issue({ data: { age: 42, name: "Jane" } }) };
}

test("arguments of every kind", async () => {
  const { made, token } = await exchange();
  const wrong = [undefined, null, 0, 1, NaN, true, "", {}, [], () => 0, Symbol.iterator, 10n, new Date(), new Uint8Array(4)];
  for (const value of wrong) {
    await assert.rejects(verify(value, made.dvrToken, { once: null }), refused("malformed"));
    await assert.rejects(verify("{}", value, { once: null }), refused("malformed"));
    await assert.rejects(prove(value, token), refused("malformed"));
    if (value !== undefined) await assert.rejects(prove(made.dvrToken, token, { signal: value === null ? 1 : value }), refused("malformed"));
    await assert.rejects(createRequest(value, await generateKey()), refused("malformed"));
    await assert.rejects(createRequest({ title: "T", query, issuers: { "": { jwks: { keys: [] } } } }, value), (e) => e instanceof ZkPassError);
    await assert.rejects(readRequest(value), refused("malformed"));
    assert.throws(() => new Service(value), refused("malformed"));
    assert.throws(() => new Verifier(value), refused("malformed"));
    await assert.rejects(verify("{}", made.dvrToken, value), refused("malformed"));
  }
  for (const value of [undefined, null, 0, true, "", () => 0, 10n]) await assert.rejects(explain(value), refused("malformed"));
  for (const tokens of [undefined, null, 0, "", [], { "": 1 }, { "": "" }, { a: "a", b: "b", c: "c", d: "d", e: "e" }]) await assert.rejects(prove(made.dvrToken, tokens), refused("malformed"));
  for (const options of [{}, { once: 1 }, { once: {} }, { once: null, ttl: -1 }, { once: null, ttl: 1.5 }, { once: null, ttl: "600" }, { once: null, ttl: 1e12 }, { once: null, now: 5 },
    { once: null, now: new Date(NaN) }, { once: null, allowLocal: "yes" }, { once: null, serviceKeys: 1 }, { once: null, serviceKeys: "{" }, { once: null, serviceKeys: { keys: 5 } },
    { once: null, dvrKey: {} }, { once: null, keySets: 1 }, { once: null, unknown: true }]) {
    await assert.rejects(verify("{}", made.dvrToken, options), refused("malformed"), JSON.stringify(options));
  }
  await assert.rejects(verify("x".repeat(17 << 20), made.dvrToken, { once: null }), refused("too-large"));
  await assert.rejects(prove(made.dvrToken, "x".repeat(2 << 20)), refused("too-large"));
  await assert.rejects(explain("[".repeat(2 << 20)), refused("too-large"));
  const loop = [];
  loop.push(loop);
  await assert.rejects(explain(loop), refused("malformed"));
});

test("tokens that are none", async () => {
  const { made, token, issuer } = await exchange();
  for (const request of ["a", "a.b.c", "é", "\ud800", `${made.dvrToken}x`, made.dvrToken.slice(1), `${made.dvrToken}.`]) {
    await assert.rejects(prove(request, token), (e) => e instanceof ZkPassError && ["tokens", "signature"].includes(e.code));
    await assert.rejects(readRequest(request), (e) => e instanceof ZkPassError && ["tokens", "signature"].includes(e.code));
    await assert.rejects(verify('{"data":{}}', request, { once: null }), refused("tokens"));
  }
  await assert.rejects(prove(made.dvrToken, "a.b.c"), refused("tokens"));
  await assert.rejects(prove(made.dvrToken, { other: token }), refused("documents"));
  await assert.rejects(prove(made.dvrToken, {}), refused("documents"));
  await assert.rejects(prove(made.dvrToken, await (await newIssuer()).issue({ data: { age: 42 } })), refused("signature"));
  await assert.rejects(prove(made.dvrToken, await issuer.issue({ data: { age: "42" } })), refused("evaluation", { path: "age" }));
  await assert.rejects(prove(made.dvrToken, await issuer.issue({ data: { age: 42, pad: "x".repeat(17000) } })), refused("tokens"));
  await assert.rejects(prove(made.dvrToken, token, { now: new Date(Date.now() + 3600_000) }), refused("expired"));
});

test("a proof that rests on hashes alone", async () => {
  const { made, token } = await exchange({ zkvm: "libzk-v2-hash" });
  assert.equal((await readRequest(made.dvrToken)).zkvm, "libzk-v2-hash");
  assert.deepEqual((await verify(await prove(made.dvrToken, token), made.dvrToken, { once: null, allowLocal: true })).outputs, { adult: true });
  await assert.rejects(exchange({ zkvm: "libzk-v0" }), refused("unsupported"));
  await assert.rejects(exchange({ zkvm: 2 }), refused("malformed"));
});

test("what is not marked is not disclosed", async () => {
  const { made, token } = await exchange({ query: [{ output: { name: { dvar: "name" } } }] });
  await assert.rejects(prove(made.dvrToken, token), refused("undisclosed", { path: "name" }));
});

test("requests", async () => {
  const issuer = await newIssuer("RS256");
  const key = await generateKey();
  assert.equal(key.privateKey.extractable, false);
  const question = { title: "R&D <café>", query, issuers: { a: { jwks: issuer.jwks, format: "jwt", dataUrl: "https://op.example/me" } }, responseUri: "https://shop.example/proofs", loginNonce: true };
  question.query = [{ output: { result: { ">=": [{ dvar: "a.age" }, 18] } } }];
  const made = await createRequest(question, key);
  const info = await readRequest(made.dvrToken);
  assert.equal(info.title, "R&D <café>");
  assert.equal(info.iss, "https://shop.example");
  assert.equal(info.responseUri, "https://shop.example/proofs");
  assert.equal(info.loginNonce, made.loginNonce);
  assert.equal(Buffer.from(made.loginNonce, "base64url").length, 32);
  assert.equal(info.expiresAt.getTime(), made.expiresAt.getTime());
  assert.equal(info.documents.a.dataUrl, "https://op.example/me");
  assert.equal(info.explanation.outputs[0].name, "result");
  assert(made.expiresAt - Date.now() > 590_000 && made.expiresAt - Date.now() <= 600_000);
  const bad = async (code, more, k = key) => assert.rejects(createRequest({ ...question, ...more }, k), refused(code));
  await bad("query", { query: "[", loginNonce: false });
  await bad("query", { query: [{ output: { x: { dvar: "b.age" } } }], loginNonce: false });
  await bad("keys", { issuers: { a: { jwks: { keys: [] }, format: "jwt" } } });
  await bad("malformed", { issuers: { a: { format: "jwt" } } });
  await bad("malformed", { issuers: { a: { jwks: "https://op.example/jwks", format: "jwt" } } });
  await bad("malformed", { issuers: { a: { jwks: issuer.jwks, format: "xml" } } });
  await bad("malformed", { issuers: { "a b": { jwks: issuer.jwks } } });
  await bad("malformed", { expiresIn: 0 });
  await bad("malformed", { expiresIn: 86401 });
  await bad("malformed", { responseUri: "http://shop.example/" });
  await bad("malformed", { loginNonce: "b" });
  await bad("malformed", { title: "" });
  const others = await generateKey();
  await bad("keys", {}, { privateKey: others.privateKey, publicKey: key.publicKey });
  const rsa = await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, false, ["sign", "verify"]);
  await bad("malformed", {}, rsa);
  const jwk = await publicJWK(key);
  assert.deepEqual(Object.keys(jwk).sort(), ["alg", "crv", "kid", "kty", "use", "x", "y"]);
});

test("explanations", async () => {
  const e = await explain(query, { language: "id" });
  assert.equal(e.language, "id");
  assert.equal(e.reads[0].path, "age");
  await assert.rejects(explain(query, { language: "tlh" }), refused("malformed"));
  await assert.rejects(explain(query, { documents: { "": "xml" } }), refused("malformed"));
  await assert.rejects(explain([{ output: { x: { "<": [1] } } }]), refused("query"));
});

test("key sets", async (t) => {
  const issuer = await newIssuer();
  let sets = issuer.jwks;
  let fetched = 0;
  let answer = (response) => response.end(JSON.stringify(sets));
  const server = createServer((_, response) => {
    fetched++;
    response.setHeader("Content-Type", "application/json");
    answer(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const host = `127.0.0.1:${server.address().port}`;
  const url = `http://${host}/jwks`;
  const key = await generateKey();
  const question = { title: "T", query, issuers: { "": { jwks: url } } };
  const keySets = new KeySets({ hosts: [host] });
  const made = await createRequest(question, key, { keySets });
  const token = await issuer.issue({ data: { age: 42 } });
  const proof = await prove(made.dvrToken, token, { keySets });
  const options = { once: new MemoryOnce(), allowLocal: true };
  await verify(proof, made.dvrToken, { ...options, keySets });
  assert.equal(fetched, 1);
  await assert.rejects(verify(proof, made.dvrToken, { ...options, keySets }), refused("answered"));
  options.once = null;
  await verify(proof, made.dvrToken, { ...options, keySets: { [url]: issuer.jwks } });
  await assert.rejects(verify(proof, made.dvrToken, options), refused("keys"));
  await assert.rejects(verify(proof, made.dvrToken, { ...options, keySets: {} }), refused("keys"));
  await assert.rejects(verify(proof, made.dvrToken, { ...options, keySets: new KeySets({ hosts: ["op.example"] }) }), refused("keys"));
  // The key is gone: the set at hand is a minute old at most, a new one tells.
  sets = (await newIssuer()).jwks;
  await verify(proof, made.dvrToken, { ...options, keySets });
  await assert.rejects(verify(proof, made.dvrToken, { ...options, keySets: new KeySets({ hosts: [host] }) }), refused("keys"));
  for (const bad of [(r) => r.writeHead(500).end(), (r) => r.end("{"), (r) => r.end("x".repeat(70_000)), (r) => r.writeHead(302, { Location: "/other" }).end(), (r) => r.destroy(), (r) => r.end("[]")]) {
    answer = bad;
    await assert.rejects(verify(proof, made.dvrToken, { ...options, keySets: new KeySets({ hosts: [host] }) }), refused("cannot-tell"));
    await verify(proof, made.dvrToken, { ...options, keySets }); // what is at hand is still good
  }
});

test("a proof can be given up, and the next one is made", async () => {
  const { made, token } = await exchange();
  const early = AbortSignal.abort("changed my mind");
  await assert.rejects(prove(made.dvrToken, token, { signal: early }), refused("aborted"));
  const ends = new AbortController();
  const start = performance.now();
  await assert.rejects(prove(made.dvrToken, token, { signal: ends.signal, onProgress: ({ step }) => step === "committing" && ends.abort("enough") }), (e) => refused("aborted")(e) && e.cause === "enough");
  assert(performance.now() - start < 60_000);
  const several = await Promise.all([1, 2].map(() => prove(made.dvrToken, token)));
  for (const proof of several) assert.deepEqual((await verify(proof, made.dvrToken, { once: null, allowLocal: true })).outputs, { adult: true });
});

test("the main thread stays free while a proof is made", async () => {
  const { made, token } = await exchange();
  let longest = 0;
  let last = performance.now();
  const ticker = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const seen = [];
  await prove(made.dvrToken, token, { onProgress: (p) => seen.push(p.elapsed) });
  clearInterval(ticker);
  // The work takes seconds; a busy machine makes any bound of milliseconds a matter of luck.
  assert(longest < 1000, `${longest} ms`);
  assert(seen.length >= 4);
});

test("WebAssembly that cannot be had, and that stops", async () => {
  locate(new URL("file:///nowhere/zkpass.wasm"));
  await assert.rejects(explain(query), refused("not-loaded"));
  locate(new URL("data:application/wasm;base64,AGFzbQEAAAA="));
  const module = await load();
  assert(module instanceof WebAssembly.Module);
  const ended = await Promise.race([prove("a.b.c", "a.b.c").then(() => "proof", (e) => e), new Promise((resolve) => setTimeout(resolve, 20_000, "nothing"))]);
  refused("internal")(ended);
  locate(undefined);
  await explain(query);
});

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { createRequest, generateKey, Service, verify, Verifier } from "@zkpass-go/sdk";
import { newIssuer, refused } from "./issuer.mjs";

const url = process.env.ZKPASS_SERVICE;
const apiKey = process.env.ZKPASS_SERVICE_KEY;
const query = [{ output: { adult: { ">=": [{ dvar: "age" }, 18] } } }];

async function exchange(age = 42) {
  const issuer = await newIssuer();
  const { dvrToken } = await createRequest({ title: "Adult", query, issuers: { "": { jwks: issuer.jwks } } }, await generateKey());
  return [dvrToken, await issuer.issue({ data: { age } })];
}

/** A server that answers as a test wants and writes down what it is asked. */
async function fake(t, answer) {
  const seen = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    await answer(request, response, seen);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, seen };
}

const json = (response, status, value, headers = {}) => response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(value));

test("a service proves", async () => {
  const service = new Service(url, { apiKey });
  const [request, token] = await exchange();
  const told = [];
  const proof = await service.prove(request, token, { onProgress: (status) => told.push(status) });
  const outcome = await verify(proof, request, { once: null, serviceKeys: await service.keys() });
  assert.deepEqual(outcome.outputs, { adult: true });
  assert.equal(outcome.local, false);
  assert(told.length > 0 && told.every((s) => s.id.length >= 16 && s.progress >= 0 && s.progress <= 1));
  await assert.rejects(verify(proof, request, { once: null, allowLocal: true }), refused("maker"));
});

test("a service refuses", async () => {
  const service = new Service(url, { apiKey });
  const [request] = await exchange();
  const [, other] = await exchange();
  await assert.rejects(service.prove(request, other), refused("signature", { status: 422 }));
  await assert.rejects(service.prove(request, { tag: other }), refused("documents"));
  await assert.rejects(service.prove(request, "a.b.c"), refused("tokens"));
  await assert.rejects(new Service(url, { apiKey: "wrong:wrongwrong" }).prove(...(await exchange())), refused("unauthorized", { status: 401 }));
  await assert.rejects(new Service(url, { apiKey, checkKeys: () => { throw new Error("no enclave"); } }).prove(...(await exchange())), refused("keys"));
});

test("a job that is given up is deleted", async () => {
  const service = new Service(url, { apiKey });
  const ends = new AbortController();
  await assert.rejects(service.prove(...(await exchange()), { signal: ends.signal, onProgress: () => ends.abort() }), refused("aborted"));
  await assert.rejects(service.prove(...(await exchange()), { signal: AbortSignal.abort() }), refused("aborted"));
  await new Promise((resolve) => setTimeout(resolve, 500)); // Go's side of the test counts jobs
});

test("urls and API keys", () => {
  for (const bad of ["http://service.example", "ftp://127.0.0.1", "https://user@service.example", "https://service.example/?x=1", "https://service.example/#x", "//", "service"]) {
    assert.throws(() => new Service(bad), refused("malformed"), bad);
  }
  for (const bad of ["", "key", "key:", ":secret", "a:b:c", "ké:y", "a b:c", 5]) assert.throws(() => new Service("https://service.example", { apiKey: bad }), refused("malformed"));
  for (const attempts of [0, -1, 1.5, "3"]) assert.throws(() => new Service("https://service.example", { attempts }), refused("malformed"));
});

test("a service that is busy is asked again, with the same body and key", async (t) => {
  const keys = await new Service(url).keys();
  let turn = 0;
  const f = await fake(t, (request, response) => {
    if (request.url.endsWith("jwks.json")) return json(response, 200, keys);
    turn++;
    if (turn === 1) return json(response, 503, { code: "queue-full", title: "queue full" }, { "Retry-After": "0" });
    if (turn === 2) return response.destroy();
    if (turn === 3) return json(response, 429, {});
    json(response, 422, { code: "expired", title: "expired", detail: "the DVR has\u0007 expired", instance: "r-1" });
  });
  const service = new Service(f.url, { apiKey });
  await assert.rejects(service.prove(...(await exchange())), refused("expired", { status: 422, message: "the DVR has  expired", instance: "r-1" }));
  const posts = f.seen.filter((s) => s.method === "POST");
  assert.equal(posts.length, 4);
  assert.equal(new Set(posts.map((p) => p.body)).size, 1);
  assert.equal(new Set(posts.map((p) => p.headers["idempotency-key"])).size, 1);
  assert.equal(f.seen[0].headers.authorization, undefined);
  assert.match(posts[0].headers.authorization, /^Basic /);
  // Nothing of the documents leaves but encrypted, and for this request alone.
  const body = JSON.parse(posts[0].body);
  const header = JSON.parse(Buffer.from(body.user_data_token.split(".")[0], "base64url"));
  assert.equal(header.alg, "ECDH-ES");
  assert.equal(Buffer.from(header.zkpass_dvr, "base64url").length, 32);
});

test("a service that is away, or none at all", async (t) => {
  const [request, token] = await exchange();
  const keys = await new Service(url).keys();
  const closed = new Service("http://127.0.0.1:1", { apiKey, attempts: 2 });
  await assert.rejects(closed.prove(request, token), refused("unavailable"));
  const parts = token.split(".");
  const answers = [
    ["service-answer", (r) => json(r, 200, {})],
    ["service-answer", (r) => json(r, 200, [])],
    ["service-answer", (r) => r.writeHead(200).end("hello")],
    ["service-answer", (r) => json(r, 200, { proof: "a.b.c" })],
    ["service-answer", (r) => json(r, 200, { proof: '{"data":{}}' })],
    ["service-answer", (r) => json(r, 202, {})],
    ["service-answer", (r) => r.writeHead(302, { Location: "/elsewhere" }).end()],
    ["service-answer", (r) => r.writeHead(204).end()],
    ["unavailable", (r) => json(r, 503, {})],
    ["unavailable", (r) => r.destroy()],
    ["internal", (r) => json(r, 500, { code: "internal", title: "internal" })],
    ["unavailable", (r) => r.writeHead(500).end("<html>")],
    ["too-large", (r) => r.writeHead(413).end()],
    ["unknown-key", (r) => json(r, 400, { code: "unknown-key", title: "unknown key" })],
    ["not-proven", (r) => json(r, 500, { code: "not-proven", title: "not proven" })],
    ["signature", (r) => json(r, 422, { code: "signature", title: "signature", detail: `no: ${parts[1]}` })],
  ];
  for (const [code, answer] of answers) {
    const f = await fake(t, (q, response) => (q.url.endsWith("jwks.json") ? json(response, 200, keys) : answer(response)));
    const failed = await new Service(f.url, { apiKey, attempts: 1 }).prove(request, token).then(() => null, (e) => e);
    refused(code)(failed);
    assert(!failed.message.includes(parts[1]), failed.message);
    if (code === "unknown-key") assert.equal(f.seen.filter((s) => s.method === "POST").length, 2);
  }
  for (const set of [{}, { keys: [] }, { keys: [keys.keys.find((k) => k.use === "sig")] }, "x"]) {
    const f = await fake(t, (q, response) => json(response, 200, set));
    await assert.rejects(new Service(f.url, { apiKey, attempts: 1 }).prove(request, token), refused("service-answer"));
  }
});

test("a proof of somebody else is not taken", async (t) => {
  const [request, token] = await exchange();
  const service = new Service(url, { apiKey });
  const keys = await service.keys();
  const other = await service.prove(...(await exchange()));
  const f = await fake(t, (q, response) => (q.url.endsWith("jwks.json") ? json(response, 200, keys) : json(response, 200, { proof: other })));
  await assert.rejects(new Service(f.url, { apiKey }).prove(request, token), refused("service-answer"));
});

test("a verifier that is busy is asked again, under one key", async (t) => {
  let turn = 0;
  const f = await fake(t, (request, response) => {
    turn++;
    if (turn === 1) return json(response, 503, { code: "cannot-tell", title: "cannot tell" }, { "Retry-After": "0" });
    if (turn === 2) return response.destroy();
    json(response, 200, { dvr_id: "id", output: '{"n":9007199254740993}', outputs: { n: 1 }, evaluated: "2026-03-01T12:00:00Z", documents: { "": { algorithm: "ES256", key_id: "k", class: "576/8" } } });
  });
  const verifier = new Verifier(f.url, { apiKey: "key:secretsecret" });
  const answer = await verifier.verify({ proof: "a.b.c", dvrId: "id" });
  assert.equal(answer.output, '{"n":9007199254740993}');
  assert.deepEqual(answer.documents, { "": { algorithm: "ES256", keyId: "k", class: "576/8" } });
  assert.equal(answer.evaluated.toISOString(), "2026-03-01T12:00:00.000Z");
  assert.equal(new Set(f.seen.map((s) => s.headers["idempotency-key"])).size, 1);
  await assert.rejects(verifier.verify({ proof: "a.b.c" }), refused("malformed"));
  await assert.rejects(verifier.verify({ proof: "a.b.c", dvrId: "a", dvrToken: "b" }), refused("malformed"));
  await assert.rejects(verifier.verify(null), refused("malformed"));
});

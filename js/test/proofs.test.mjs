import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { prove, verify } from "@zkpass-go/sdk";
import { refused } from "./issuer.mjs";

const cases = JSON.parse(readFileSync("cases.json", "utf8"));
const proofs = {};
after(() => writeFileSync("proofs.json", JSON.stringify(proofs)));
const noon = new Date(cases[0].now * 1000);
const at = (seconds) => new Date(noon.getTime() + seconds * 1000);
const options = { once: null, allowLocal: true, now: noon };

for (const { name, request, tokens, expected, proof } of cases) {
  test(`${name}: a native proof verifies`, async () => {
    const outcome = await verify(proof, request, options);
    assert.equal(outcome.output, expected);
    assert.deepEqual(outcome.outputs, JSON.parse(expected));
    assert.equal(outcome.local, true);
  });
  test(`${name}: a proof is made and verifies`, async () => {
    const steps = [];
    proofs[name] = await prove(request, tokens, { now: noon, onProgress: (p) => steps.push(p) });
    assert.equal((await verify(proofs[name], request, options)).output, expected);
    assert.deepEqual([...new Set(steps.map((p) => p.step))], ["loading", "laying out", "committing", "proving", "done"]);
    for (let i = 1; i < steps.length; i++) assert(steps[i].elapsed >= steps[i - 1].elapsed);
  });
}

// What package verify's tests change is changed here too; those tests themselves run in
// WebAssembly besides.
test("a proof that was changed is refused", async (t) => {
  const { request, proof } = cases[0];
  const change = async (code, f) => {
    const p = JSON.parse(proof);
    f(p.data);
    await assert.rejects(verify(JSON.stringify(p), request, options), refused(code));
  };
  const flip = (text, at) => {
    const bytes = Buffer.from(text, "base64");
    bytes[Math.floor(at * (bytes.length - 1))] ^= 1;
    return bytes.toString("base64");
  };
  for (const at of [0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1]) await change("proof", (d) => (d.zkproof = flip(d.zkproof, at)));
  await change("proof", (d) => (d.zkproof = Buffer.from(d.zkproof, "base64").subarray(1).toString("base64")));
  await change("proof", (d) => (d.zkproof = Buffer.concat([Buffer.from(d.zkproof, "base64"), Buffer.alloc(16)]).toString("base64")));
  await change("proof", (d) => (d.output = '{"result":false}'));
  await change("proof", (d) => (d.output = '{"result": true}'));
  await change("proof", (d) => (d.time_stamp -= 1));
  await change("proof", (d) => (d.documents[""].class = "960/8"));
  await change("proof", (d) => (d.documents[""].class = "577/8"));
  await change("proof", (d) => (d.documents[""].header = Buffer.from('{"alg":"ES256","kid":"other"}').toString("base64url")));
  await change("stale", (d) => (d.time_stamp -= 3600));
  await change("future", (d) => (d.time_stamp += 3600));
  await change("other-request", (d) => (d.dvr_digest = "0".repeat(64)));
  await change("other-request", (d) => (d.dvr_id = "another"));
  await change("other-request", (d) => (d.dvr_title = "another"));
  await change("other-request", (d) => (d.zkvm = "libzk-v2-hash"));
  await change("keys", (d) => (d.dvr_verifying_key = null));
  await change("keys", (d) => (d.user_data_verifying_keys[""] = d.dvr_verifying_key));
  await change("tokens", (d) => (d.zkproof = "*"));
  await change("tokens", (d) => (d.zkproof = ""));
  await change("tokens", (d) => delete d.output);
  await change("tokens", (d) => (d.more = 1));
});

test("a proof of another request, by policy and in time", async () => {
  const [{ request, proof }, other] = cases;
  await assert.rejects(verify(proof, other.request, options), refused("other-request"));
  await assert.rejects(verify(proof, request, { once: null, now: noon }), refused("maker"));
  await assert.rejects(verify(proof, request, { ...options, now: at(1800) }), refused("stale"));
  await assert.rejects(verify(proof, request, { ...options, now: at(-1800) }), refused("future"));
  await assert.rejects(verify(proof, request, { ...options, now: at(7200) }), refused("expired"));
  await assert.rejects(verify(proof, request, { ...options, now: at(1), ttl: 0, skew: 0 }), refused("stale"));
  const own = JSON.parse(Buffer.from(request.split(".")[1], "base64url")).data.user_data_requests[""].user_data_verifying_key.PublicKey;
  await assert.rejects(verify(proof, request, { ...options, dvrKey: { kty: "EC", crv: "P-256", alg: "ES256", use: "sig", ...own } }), refused("keys"));
});

test("a store is asked last, and decides", async () => {
  const { request, proof } = cases[0];
  const asked = [];
  const used = new Set();
  const once = {
    async use(id, until, now) {
      asked.push(id);
      assert(until > now && until instanceof Date);
      if (used.has(id)) return false;
      used.add(id);
      return true;
    },
  };
  const broken = JSON.parse(proof);
  broken.data.output = '{"result":false}';
  await assert.rejects(verify(JSON.stringify(broken), request, { ...options, once }), refused("proof"));
  assert.equal(asked.length, 0);
  const results = await Promise.allSettled(Array.from({ length: 4 }, () => verify(proof, request, { ...options, once })));
  assert.equal(results.filter((r) => r.status === "fulfilled").length, 1);
  for (const r of results) if (r.status === "rejected") refused("answered")(r.reason);
  for (const use of [() => { throw new Error("no connection"); }, async () => { throw new Error("no connection"); }, () => "yes", () => undefined]) {
    await assert.rejects(verify(proof, request, { ...options, once: { use } }), refused("cannot-tell"));
  }
});

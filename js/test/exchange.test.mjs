// No party here runs Go code of its own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { createLocalJWKSet, jwtVerify } from "jose";
import { prove, readRequest, Verifier } from "@zkpass-go/sdk";
import { newIssuer, refused } from "./issuer.mjs";

const url = process.env.ZKPASS_VERIFIER;
const apiKey = process.env.ZKPASS_VERIFIER_KEY;
const claims = { iss: "https://op.example", sub: "auth0|123456", firstName: "Jane", lastName: "Doe", points: 9007199254740993 };

for (const alg of ["ES256", "RS256", "PS256"]) {
  test(`a request, a token of jose with ${alg}, a proof and its verification`, async () => {
    const issuer = await newIssuer(alg);
    const verifier = new Verifier(url, { apiKey });
    const request = await verifier.createRequest({
      title: "Account holder", query: { "==": [{ dvar: "firstName" }, "Jane"] }, responseUri: "https://shop.example/proofs",
      issuers: { "": { jwks: issuer.jwks, format: "jwt" } }, loginNonce: true,
    });
    // The holder's app, with the verifier's keys from where it publishes them.
    const { payload } = await jwtVerify(request.dvrToken, createLocalJWKSet(await verifier.keys()));
    assert.equal(payload.iss, "https://shop.example");
    const info = await readRequest(request.dvrToken);
    assert.equal(info.dvrId, request.dvrId);
    const token = await issuer.issue({ ...claims, nonce: info.loginNonce });
    const proof = await prove(request.dvrToken, token);
    // The verifier again.
    const peek = await verifier.verify({ proof, dvrId: request.dvrId, peek: true });
    assert.equal(peek.output, '{"result":true}');
    const submission = { proof, dvrId: request.dvrId };
    const first = await verifier.verify(submission, { idempotencyKey: `order-${alg}` });
    assert.deepEqual(first.outputs, { result: true });
    assert.equal(first.documents[""].algorithm, alg);
    assert.deepEqual(await verifier.verify(submission, { idempotencyKey: `order-${alg}` }), first);
    await assert.rejects(verifier.verify(submission), refused("answered", { status: 409 }));
    await assert.rejects(prove(request.dvrToken, await issuer.issue({ ...claims, nonce: "x" })).then((late) => verifier.verify({ proof: late, dvrToken: request.dvrToken })), refused("answered"));
  });
}

test("the same by curl", async (t) => {
  const curl = async (path, body) => {
    const args = ["-sS", "-u", apiKey, `${url}${path}`, "-H", "Content-Type: application/json", "--data-binary", "@-"];
    const child = promisify(execFile)("curl", args);
    child.child.stdin.end(JSON.stringify(body));
    return JSON.parse((await child).stdout);
  };
  try {
    await promisify(execFile)("curl", ["--version"]);
  } catch {
    return t.skip("no curl");
  }
  const issuer = await newIssuer();
  const { dvr_id, dvr_token } = await curl("/v1/requests", { title: "T", query: [{ output: { n: { dvar: "n" } } }], issuers: { "": { jwks: issuer.jwks } } });
  const proof = await prove(dvr_token, await issuer.issue({ data: { n: 41, _n_zkpass_public_: true } }));
  const answer = await curl("/v1/verify", { dvr_id, proof });
  assert.equal(answer.output, '{"n":41}');
  assert.equal((await curl("/v1/verify", { dvr_id, proof })).code, "answered");
});

test("the verifier's refusals", async () => {
  const verifier = new Verifier(url, { apiKey, attempts: 1 });
  const issuer = await newIssuer();
  const question = { title: "T", query: { "==": [{ dvar: "a" }, 1] }, issuers: { "": { jwks: issuer.jwks } } };
  await assert.rejects(verifier.createRequest({ ...question, query: "[" }), refused("query", { status: 422 }));
  await assert.rejects(verifier.createRequest({ ...question, issuers: { "": { jwks: { keys: [] } } } }), refused("keys"));
  await assert.rejects(verifier.verify({ proof: "{}", dvrId: "no such request" }), refused("not-found", { status: 404 }));
  await assert.rejects(new Verifier(url, { apiKey: "wrong:wrongwrong", attempts: 1 }).createRequest(question), refused("unauthorized", { status: 401 }));
  const { dvrId } = await verifier.createRequest(question);
  await assert.rejects(verifier.verify({ proof: "{}", dvrId }), refused("tokens", { status: 422 }));
  assert.equal((await verifier.check(question.query)).paths, 1);
  assert.equal((await verifier.explain(question.query)).reads[0].path, "a");
});

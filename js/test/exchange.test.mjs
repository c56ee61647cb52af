// No party here runs Go code of its own.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { createLocalJWKSet, jwtVerify } from "jose";
import { prove, readRequest, Verifier } from "@zkpass-go/sdk";
import { newIssuer, refused } from "./issuer.mjs";
import { clientId, newProvider } from "./provider.mjs";

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

test("requests and verification by curl, a token of oidc-provider got by openid-client", async (t) => {
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
  const provider = await newProvider(t);
  const is = (member, value) => ({ "==": [{ dvar: member }, value] });
  const question = {
    title: "Age for the wine shop",
    query: { and: [is("iss", provider.issuer), is("aud", clientId), { "<": [{ now: [] }, { dvar: "exp" }] }, { ">=": [{ get_age: [{ dvar: "birthdate" }, "YYYY-MM-DD"] }, 18] }] },
    issuers: { "": { jwks: provider.jwks, kid: provider.jwks.keys.find((key) => key.alg === "RS256").kid, format: "jwt" } },
    response_uri: "https://shop.example/proofs", login_nonce: true,
  };
  const { dvr_id, dvr_token, login_nonce } = await curl("/v1/requests", question);
  const info = await readRequest(dvr_token);
  assert.equal(info.loginNonce, login_nonce);
  const token = await provider.signIn(info.loginNonce);
  const proof = await prove(dvr_token, token);
  const answer = await curl("/v1/verify", { dvr_id, proof });
  assert.equal(answer.output, '{"result":true}');
  assert.equal(answer.documents[""].algorithm, "RS256");
  assert.equal((await curl("/v1/verify", { dvr_id, proof })).code, "answered");
  // A token of another login does not answer a request, though all else is the same.
  const other = await curl("/v1/requests", question);
  const late = await prove(other.dvr_token, token);
  assert.equal((await curl("/v1/verify", { dvr_id: other.dvr_id, proof: late })).output, '{"result":false}');
});

test("the verifier's refusals", async () => {
  const verifier = new Verifier(url, { apiKey, attempts: 1 });
  const issuer = await newIssuer();
  const question = { title: "T", query: { "==": [{ dvar: "a" }, 1] }, issuers: { "": { jwks: issuer.jwks } } };
  await assert.rejects(verifier.createRequest({ ...question, query: "[" }), refused("query", { status: 422 }));
  await assert.rejects(verifier.createRequest({ ...question, issuers: { "": { jwks: { keys: [] } } } }), refused("keys"));
  await assert.rejects(verifier.verify({ proof: "{}", dvrId: "no such request" }), refused("not-found", { status: 404 }));
  await assert.rejects(new Verifier(url, { apiKey: "wrong:wrongwrong", attempts: 1 }).createRequest(question), refused("unauthorized", { status: 401 }));
  await assert.rejects(verifier.createRequest({ ...question, zkvm: "libzk-v0" }), refused("unsupported", { status: 422 }));
  assert.equal((await readRequest((await verifier.createRequest({ ...question, zkvm: "libzk-v2-hash" })).dvrToken)).zkvm, "libzk-v2-hash");
  const { dvrId } = await verifier.createRequest(question);
  await assert.rejects(verifier.verify({ proof: "{}", dvrId }), refused("tokens", { status: 422 }));
  assert.equal((await verifier.check(question.query)).paths, 1);
  assert.equal((await verifier.explain(question.query)).reads[0].path, "a");
});

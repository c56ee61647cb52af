import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { respond } from "../holder.mjs";
import { generateKey, MemoryOnce } from "@zkpass-go/sdk";
import * as backend from "../backend.mjs";
import { answer, ask } from "../shop.mjs";
import { newIssuer, refused } from "./issuer.mjs";

test("the programs of docs/clients.md", async (t) => {
  const customer = { id: 7, firstName: "Jane" };
  let session = customer;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { dvr_id, proof } = JSON.parse(body);
    response.end(await answer(session, dvr_id, proof));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const responseUri = `http://127.0.0.1:${server.address().port}/proofs`;
  const issuer = await newIssuer("RS256");
  const agree = (iss, title, explanation) => iss === new URL(responseUri).origin && title === "Account holder" && explanation.reads[0].path === "firstName";
  const jane = await issuer.issue({ firstName: "Jane", lastName: "Doe" });
  const request = await ask(customer, issuer.jwks, responseUri);
  assert.equal(await respond(request, jane, () => false), undefined);
  session = { id: 8, firstName: "Jane" };
  assert.equal(await respond(request, jane, agree), "not your request");
  session = customer;
  assert.equal(await respond(request, jane, agree), "welcome");
  assert.match(await respond(request, jane, agree), /refused: (answered|idempotency)/);
  const other = await ask(customer, issuer.jwks, responseUri);
  assert.equal(await respond(other, await issuer.issue({ firstName: "Mia" }), agree), "no");
});

test("the backend that works without a verifier", async () => {
  const issuer = await newIssuer();
  const request = await backend.ask(7, { "": { jwks: issuer.jwks, format: "jwt" } }, await generateKey());
  const { data, login_nonce: nonce } = JSON.parse(Buffer.from(request.split(".")[1], "base64url"));
  const proof = await backend.proveHere(request, await issuer.issue({ birthdate: "2000-10-31", nonce }));
  const once = new MemoryOnce();
  assert.equal(await backend.answer(8, data.dvr_id, proof, once), "not your request");
  assert.equal(await backend.answer(7, data.dvr_id, proof, once), "welcome");
  await assert.rejects(backend.answer(7, data.dvr_id, proof, once), refused("answered"));
});

test("the page of a WebView", async () => {
  const told = [];
  globalThis.androidApp = { postMessage: (text) => told.push(JSON.parse(text)) };
  await import("../webview.mjs");
  const issuer = await newIssuer();
  const request = await ask({ id: 7, firstName: "Jane" }, issuer.jwks, "https://shop.example/proofs");
  await zkpassRead(request);
  assert.equal(told[0].kind, "request");
  assert.equal(told[0].iss, "https://shop.example");
  assert.equal(told[0].explanation.reads[0].path, "firstName");
  await zkpassProve(request, await issuer.issue({ firstName: "Jane" }));
  const { kind, proof } = told.at(-1);
  assert.equal(kind, "proof");
  assert(told.slice(1, -1).length >= 4 && told.slice(1, -1).every((m) => m.kind === "progress" && m.total > 0));
  const { dvr_id } = JSON.parse(Buffer.from(request.split(".")[1], "base64url")).data;
  assert.equal(await answer({ id: 7 }, dvr_id, proof), "welcome");
  const stopped = zkpassProve(request, await issuer.issue({ firstName: "Jane" }));
  zkpassStop();
  await stopped;
  assert.equal(told.at(-1).code, "aborted");
});

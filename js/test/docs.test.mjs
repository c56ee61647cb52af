import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { respond } from "../holder.mjs";
import { answer, ask } from "../shop.mjs";
import { newIssuer } from "./issuer.mjs";

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

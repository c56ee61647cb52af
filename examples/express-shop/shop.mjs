// A wine shop that asks whether its visitor is an adult, and learns nothing else of them. It
// makes requests and checks proofs with a zkPass verifier over HTTP.
//
//   PORT, ORIGIN                        where it listens, and its origin as browsers see it
//   ZKPASS_VERIFIER, ZKPASS_VERIFIER_KEY  the verifier, and an API key with the scopes request and verify
//   ISSUER, ISSUER_JWKS                 iss of the ID tokens that it trusts, and their keys: a URL or a key set
//   CLIENT_ID                           the client at that issuer that the visitor's app is
import { randomUUID } from "node:crypto";
import express from "express";
import { Verifier, ZkPassError } from "@zkpass-go/sdk";

const { PORT = "3000", ORIGIN = `http://127.0.0.1:${PORT}`, ISSUER, ISSUER_JWKS, CLIENT_ID } = process.env;
const verifier = new Verifier(process.env.ZKPASS_VERIFIER, { apiKey: process.env.ZKPASS_VERIFIER_KEY });
const jwks = ISSUER_JWKS.startsWith("{") ? JSON.parse(ISSUER_JWKS) : ISSUER_JWKS;
const is = (member, value) => ({ "==": [{ dvar: member }, value] });
const query = [{ output: { result: { and: [
  is("iss", ISSUER), is("aud", CLIENT_ID),
  { "<": [{ now: [] }, { dvar: "exp" }] },
  { ">=": [{ get_age: [{ dvar: "birthdate" }, "YYYY-MM-DD"] }, 18] },
] } } }];

// What is open for a visitor, by the cookie of their session. A shop that runs twice has a table.
const sessions = new Map();
const life = 600_000;

const app = express();
app.disable("x-powered-by");

app.get("/", async (request, response) => {
  const { dvrId, dvrToken } = await verifier.createRequest({
    title: "Age for the wine shop", query, issuers: { "": { jwks, format: "jwt" } },
    responseUri: `${ORIGIN}/proofs`, loginNonce: true, expiresIn: life / 1000,
  });
  const session = randomUUID();
  sessions.set(session, dvrId);
  setTimeout(() => sessions.delete(session), life).unref();
  response.cookie("session", session, { httpOnly: true, sameSite: "strict", secure: ORIGIN.startsWith("https:") });
  // The visitor's app takes the request from here. It says in words what is asked.
  response.send(`<!doctype html><html lang="en"><title>Wine shop</title><h1>Are you 18 or older?</h1><p>Your app proves it. The shop learns yes or no.
<p><label>Request <textarea readonly id="request">${dvrToken}</textarea></label>`);
});

app.post("/proofs", express.text({ type: "*/*", limit: "2mb" }), async (request, response) => {
  const session = /(?:^|; *)session=([0-9a-f-]{36})/.exec(request.get("Cookie") ?? "")?.[1];
  const dvrId = sessions.get(session);
  if (!dvrId) return response.status(403).send("this visitor was not asked");
  try {
    const { outputs } = await verifier.verify({ proof: String(request.body), dvrId });
    sessions.delete(session);
    response.send(outputs.result === true ? "welcome" : "not for sale to you");
  } catch (error) {
    if (!(error instanceof ZkPassError)) throw error;
    // Nothing is used up: the same proof may be sent again, or another one.
    if (error.code === "cannot-tell" || error.code === "unavailable") return response.status(503).send("try again");
    response.status(422).send(`refused: ${error.code}`);
  }
});

app.use((error, request, response, next) => {
  console.error(error.code ?? error.name);
  if (response.headersSent) return next(error);
  response.status(error.status >= 400 && error.status < 500 ? error.status : 503).send("something went wrong");
});

app.listen(Number(PORT), "127.0.0.1", () => console.log("ready"));

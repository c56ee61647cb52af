import * as check from "./arguments.js";
import { call } from "./engine.js";
import type { Answers } from "./engine.js";
import { malformed, ZkPassError } from "./errors.js";
import type { Format } from "./explain.js";
import { keySetAnswer } from "./keysets.js";
import type { JWK, JWKS, KeySetSource } from "./keysets.js";

/** Whose signature a document must bear. */
export interface Issuer {
  /** The URL of the issuer's key set, or a key set. */
  jwks: string | JWKS;
  /** Which key; it may be left out where one can be proven with. */
  kid?: string;
  format?: Format;
  /** Where the holder's app gets the document, if it is to be told. */
  dataUrl?: string;
}

/** What a request asks. */
export interface Question {
  title: string;
  query: string | object;
  /** By tag; the only one may be empty. */
  issuers: Record<string, Issuer>;
  /** Seconds that it can be answered: 600 unless given, at most 24 hours. */
  expiresIn?: number;
  /** Where the proof goes; its origin is the issuer of the request. */
  responseUri?: string;
  /** Asks for a fresh login: true, or the tag of the document that must bear the nonce. */
  loginNonce?: boolean | string;
  /** How it is proven: libzk-v2 unless given. libzk-v2-hash rests on hashes alone, and makes larger proofs. */
  zkvm?: "libzk-v2" | "libzk-v2-hash";
}

export interface CreateOptions {
  /** To look the issuers' keys up in, so that no request is made that nobody can answer. */
  keySets?: KeySetSource;
  now?: Date;
}

/** A request that was made: hand dvrToken to the holder's app, and keep it. */
export interface Request {
  dvrId: string;
  dvrToken: string;
  expiresAt: Date;
  loginNonce?: string;
}

/** A key pair for ES256. The private key may be one that cannot be exported. */
export interface SigningKey {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;

/** Makes a key pair for requests, whose private key cannot be exported. Browsers keep it in IndexedDB. */
export async function generateKey(): Promise<SigningKey> {
  return (await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"])) as SigningKey;
}

/** The public part of a key as JWK, with its thumbprint (RFC 7638) as kid, for a key set to publish. */
export async function publicJWK(key: SigningKey): Promise<JWK> {
  const { kty, crv, x, y } = await exportPublic(key);
  const canonical = JSON.stringify({ crv, kty, x, y });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical)));
  return { kty: kty!, crv: crv!, x: x!, y: y!, use: "sig", alg: "ES256", kid: base64url(digest) };
}

/** Makes a request and signs it. */
export async function createRequest(question: Question, key: SigningKey, options?: CreateOptions): Promise<Request> {
  const asked = check.options<Question>("question", question ?? null, ["title", "query", "issuers", "expiresIn", "responseUri", "loginNonce", "zkvm"]);
  const given = check.options<CreateOptions>("options", options, ["keySets", "now"]);
  const issuers: Record<string, unknown> = {};
  for (const [tag, issuer] of Object.entries(check.object("issuers", asked.issuers))) {
    const where = `issuers: ${JSON.stringify(tag.slice(0, 40))}`;
    const { jwks, kid, format, dataUrl } = check.options<Issuer>(where, issuer as Issuer, ["jwks", "kid", "format", "dataUrl"]);
    issuers[tag] = {
      jwks: typeof jwks === "string" ? check.text(`${where}: jwks`, jwks, 2048) : check.json(`${where}: jwks`, jwks ?? null),
      kid: check.optionalText(`${where}: kid`, kid), format: check.optionalText(`${where}: format`, format), dataUrl: check.optionalText(`${where}: dataUrl`, dataUrl),
    };
  }
  const keySet = keySetAnswer(given.keySets);
  const answers: Answers = { ...(keySet ? { keySet } : {}), sign: ({ input }: { input: string }) => sign(key, input) };
  const { loginNonce } = asked;
  if (loginNonce !== undefined && typeof loginNonce !== "boolean" && typeof loginNonce !== "string") throw malformed("loginNonce: want true, or the tag of a document");
  const made = await call<Omit<Request, "expiresAt"> & { expiresAt: number }>("create", {
    title: check.text("title", asked.title),
    query: check.queryText(asked.query),
    issuers,
    expiresIn: check.seconds("expiresIn", asked.expiresIn) ?? 600,
    responseUri: check.optionalText("responseUri", asked.responseUri),
    loginNonce: loginNonce === true ? "" : loginNonce === false ? undefined : loginNonce,
    zkvm: check.optionalText("zkvm", asked.zkvm),
    key: await publicJWK(key),
    now: check.time("now", given.now),
    keySets: keySet !== undefined,
  }, { answers });
  return { ...made, expiresAt: new Date(made.expiresAt * 1000) };
}

async function exportPublic(key: SigningKey): Promise<JsonWebKey> {
  try {
    const jwk = await crypto.subtle.exportKey("jwk", key.publicKey);
    if (jwk.kty === "EC" && jwk.crv === "P-256" && jwk.d === undefined) return jwk;
  } catch {
    // said below
  }
  throw malformed("key: want a key pair of WebCrypto for ECDSA with P-256, as generateKey makes one");
}

async function sign(key: SigningKey, input: string): Promise<string> {
  try {
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, new TextEncoder().encode(input));
    return base64url(new Uint8Array(signature));
  } catch (cause) {
    throw new ZkPassError("malformed", "key: the private key does not sign", { cause });
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

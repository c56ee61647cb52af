import * as check from "./arguments.js";
import { call } from "./engine.js";
import { keySetAnswer } from "./keysets.js";
import type { JWK, KeySetSource } from "./keysets.js";

export type Format = "zkpass" | "jwt";

/** Why a value of a document is read. docs/query-language.md describes explanations. */
export interface Explanation {
  language: string;
  /** False if something is left out because the query is long; the first warning says so. */
  complete: boolean;
  outputs: OutputExplanation[];
  more_outputs: number;
  reads: Read[];
  locals: { name: string; when: string[]; value: string }[];
  more_locals: number;
  /** What the person who is asked should know. */
  warnings: string[];
  /** For the query's author: what may have been missed. */
  advice: { key: string; position: string; text: string }[];
}

/** What one output tells the verifier. */
export interface OutputExplanation {
  name: string;
  type: string;
  array: boolean;
  when: string[];
  value: string;
  reveals: {
    kind: "outcome" | "value" | "count" | "filter" | "choice" | "presence" | "fixed";
    key: string;
    outcome?: boolean;
    text: string;
    facts?: string[];
    reads: number[];
  }[];
}

/** A path of the query and what is done with it. */
export interface Read {
  document: string;
  path: string;
  uses: string[];
  /** How much of it the verifier sees. */
  shown: string;
  text: string;
}

export interface ExplainOptions {
  /** The format of each document by tag; one of format zkpass without a tag unless given. */
  documents?: Record<string, Format>;
  /** "en" or "id". */
  language?: string;
}

/** Says in words what a query asks and what its answer reveals, for pages that ask for consent. */
export async function explain(query: string | object, options?: ExplainOptions): Promise<Explanation> {
  const given = check.options<ExplainOptions>("options", options, ["documents", "language"]);
  return call("explain", {
    query: check.queryText(query),
    documents: given.documents === undefined ? undefined : check.object("documents", given.documents),
    language: check.optionalText("language", given.language),
  });
}

export interface ReadOptions {
  /** The verifier's key, for requests that name none. */
  dvrKey?: JWK | string;
  keySets?: KeySetSource;
  language?: string;
  now?: Date;
}

/** A request that is signed as it says and has not expired. */
export interface RequestInfo {
  dvrId: string;
  title: string;
  query: string;
  zkvm: string;
  /** The verifier's origin. The proof goes to responseUri and nowhere else. */
  iss?: string;
  responseUri?: string;
  /** To be passed to the issuer as OpenID Connect's nonce. */
  loginNonce?: string;
  issuedAt?: Date;
  expiresAt?: Date;
  documents: Record<string, { format: Format; dataUrl?: string; key: object }>;
  explanation: Explanation;
}

/** Checks whose request it is and that it has not expired, and says what it asks. */
export async function readRequest(request: string, options?: ReadOptions): Promise<RequestInfo> {
  const given = check.options<ReadOptions>("options", options, ["dvrKey", "keySets", "language", "now"]);
  const keySet = keySetAnswer(given.keySets);
  const { issuedAt, expiresAt, ...info } = await call<Omit<RequestInfo, "issuedAt" | "expiresAt"> & { issuedAt?: number; expiresAt?: number }>("read", {
    request: check.text("request", request, check.limits.request),
    dvrKey: given.dvrKey === undefined ? undefined : check.json("dvrKey", given.dvrKey),
    keySets: keySet !== undefined,
    language: check.optionalText("language", given.language),
    now: check.time("now", given.now),
  }, keySet ? { answers: { keySet } } : {});
  return {
    ...info,
    ...(issuedAt === undefined ? {} : { issuedAt: new Date(issuedAt * 1000) }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt * 1000) }),
  };
}

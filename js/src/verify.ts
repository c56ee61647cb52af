import * as check from "./arguments.js";
import { call } from "./engine.js";
import type { Answers } from "./engine.js";
import { malformed } from "./errors.js";
import { keySetAnswer } from "./keysets.js";
import type { JWK, JWKS, KeySetSource } from "./keysets.js";

/**
 * Keeps the requests that have been answered. Processes that share the work share one: a
 * table with a unique column will do.
 */
export interface Once {
  /**
   * Marks an id as used and keeps it up to and including a time. Answers true if it was not
   * marked before, and false if it was. The look and the mark are one. When in doubt it throws.
   */
  use(id: string, until: Date, now: Date): boolean | Promise<boolean>;
}

/** What a verifier accepts. */
export interface VerifyOptions {
  /** Where answered requests are kept; null if the application itself sees to it that none is answered twice. */
  once: Once | null;
  /** The key set of the services whose proofs are accepted. */
  serviceKeys?: JWKS | string;
  /** Accepts proofs that were made without a service. They are as correct as others. */
  allowLocal?: boolean;
  /** The verifier's own public key, if the request may have come back from somebody else. */
  dvrKey?: JWK | string;
  /** How old a proof may be, in seconds: 600 unless given. */
  ttl?: number;
  /** How far clocks may differ, in seconds: 60 unless given. */
  skew?: number;
  /** The time of verification. */
  now?: Date;
  /** Key sets that the request names by their URL. */
  keySets?: KeySetSource;
}

/** What is public of a document. */
export interface DocumentInfo {
  algorithm: "ES256" | "RS256" | "PS256";
  keyId?: string;
  /** Size class, such as "576/8". */
  class: string;
}

export type OutputValue = string | number | boolean | (string | number | boolean)[];

/** What a proof that holds tells. */
export interface Outcome {
  dvrId: string;
  title: string;
  /** The outputs as JSON text, byte for byte as proven: integers of 64 bits survive in it. */
  output: string;
  /** The outputs. Integers beyond 2^53 are rounded here. */
  outputs: Record<string, OutputValue>;
  /** When the query was evaluated. */
  evaluated: Date;
  /** That no service has signed the proof. */
  local: boolean;
  documents: Record<string, DocumentInfo>;
}

const known = ["once", "serviceKeys", "allowLocal", "dvrKey", "ttl", "skew", "now", "keySets"];

/**
 * Checks a proof against the request that it is to answer, as the verifier issued it. A proof
 * that is refused rejects the promise, with a code that says why, and uses nothing up.
 */
export async function verify(proof: string, request: string, options: VerifyOptions): Promise<Outcome> {
  const given = check.options<VerifyOptions>("options", options, known);
  const { once } = given;
  if (once === undefined || (once !== null && typeof once.use !== "function")) {
    throw malformed("options: once: want what keeps answered requests, { use(id, until) }, or null if the application does that in another way");
  }
  const answers: Answers = {};
  const keySet = keySetAnswer(given.keySets);
  if (keySet) answers.keySet = keySet;
  if (once) answers.once = ({ id, until, now }) => once.use(id, new Date(until * 1000), new Date(now * 1000));
  const result = await call<Omit<Outcome, "outputs" | "evaluated"> & { evaluated: number }>("verify", {
    proof: check.text("proof", proof, check.limits.proof),
    request: check.text("request", request, check.limits.request),
    serviceKeys: given.serviceKeys === undefined ? undefined : check.json("serviceKeys", given.serviceKeys),
    allowLocal: check.flag("allowLocal", given.allowLocal),
    dvrKey: given.dvrKey === undefined ? undefined : check.json("dvrKey", given.dvrKey),
    ttl: check.seconds("ttl", given.ttl),
    skew: check.seconds("skew", given.skew),
    now: check.time("now", given.now),
    keySets: keySet !== undefined,
    once: once !== null,
  }, { answers });
  return { ...result, outputs: JSON.parse(result.output), evaluated: new Date(result.evaluated * 1000) };
}

/** Keeps answered requests in this process: not for verifiers that run in several, or that restart. */
export class MemoryOnce implements Once {
  private readonly used = new Map<string, number>();

  /** Keeps at most so many ids at once; when it is full, proofs cannot be checked. */
  constructor(private readonly limit = 100_000) {}

  use(id: string, until: Date, now: Date = new Date()): boolean {
    if (this.used.has(id) && this.used.get(id)! >= now.getTime()) return false;
    if (this.used.size >= this.limit) {
      for (const [other, over] of this.used) if (over < now.getTime()) this.used.delete(other);
      if (this.used.size >= this.limit) throw new Error("the store of answered requests is full");
    }
    this.used.set(id, until.getTime());
    return true;
  }
}

import * as check from "./arguments.js";
import { malformed, ZkPassError } from "./errors.js";
import type { Explanation, ExplainOptions } from "./explain.js";
import { Server } from "./http.js";
import type { Reply } from "./http.js";
import { serverURL } from "./keysets.js";
import type { JWKS } from "./keysets.js";
import type { Question, Request } from "./request.js";
import type { DocumentInfo, OutputValue } from "./verify.js";

export interface VerifierOptions {
  /** KEY:SECRET of an API key with the scopes request and verify. */
  apiKey?: string;
  /** How often a request is sent that finds the verifier busy or away: 4 unless given. */
  attempts?: number;
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

/** A proof to be checked, against a request that the verifier keeps or one that it has signed. */
export type Submission = { proof: string; peek?: boolean } & ({ dvrId: string; dvrToken?: never } | { dvrToken: string; dvrId?: never });

export interface SubmitOptions {
  /** Names the call: made again with the same submission, it has the same answer. Random unless given. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** What a proof that holds tells. */
export interface Verified {
  dvrId: string;
  /** The outputs as JSON text, byte for byte as proven. */
  output: string;
  outputs: Record<string, OutputValue>;
  evaluated: Date;
  documents: Record<string, DocumentInfo>;
}

const maxAnswer = 2 << 20;

/** A client of `zkpass verifier`: makes requests and checks proofs, without loading WebAssembly. */
export class Verifier {
  private readonly server: Server;

  constructor(url: string | URL, options?: VerifierOptions) {
    const given = check.options<VerifierOptions>("options", options, ["apiKey", "attempts", "headers", "fetch"]);
    this.server = new Server(serverURL("url", String(url)), check.optionalText("apiKey", given.apiKey), given.attempts ?? 4,
      check.callback("fetch", given.fetch) ?? ((...args) => fetch(...args)), (given.headers === undefined ? {} : check.object("headers", given.headers)) as Record<string, string>);
  }

  /** Makes a request. */
  async createRequest(question: Question, options?: { signal?: AbortSignal }): Promise<Request> {
    const asked = check.options<Question>("question", question ?? null, ["title", "query", "issuers", "expiresIn", "responseUri", "loginNonce", "zkvm"]);
    const issuers: Record<string, unknown> = {};
    for (const [tag, issuer] of Object.entries(check.object("issuers", asked.issuers))) {
      const { dataUrl, ...rest } = check.object(`issuers: ${JSON.stringify(tag.slice(0, 40))}`, issuer);
      issuers[tag] = { ...rest, data_url: dataUrl };
    }
    const answer = await this.post("/v1/requests", {
      title: asked.title, query: asked.query, issuers, expires_in: asked.expiresIn, response_uri: asked.responseUri, login_nonce: asked.loginNonce, zkvm: asked.zkvm,
    }, 201, {}, options?.signal);
    const { dvr_id: dvrId, dvr_token: dvrToken, expires_at: expires, login_nonce: loginNonce } = answer;
    return { dvrId, dvrToken, expiresAt: new Date(expires), ...(loginNonce === undefined ? {} : { loginNonce }) };
  }

  /** Checks a proof and uses its request up. What is refused rejects the promise, with the code that says why. */
  async verify(submission: Submission, options?: SubmitOptions): Promise<Verified> {
    const { proof, dvrId, dvrToken, peek } = check.options<{ proof: string; dvrId: string; dvrToken: string; peek: boolean }>("submission", (submission ?? null) as never, ["proof", "dvrId", "dvrToken", "peek"]);
    const given = check.options<SubmitOptions>("options", options, ["idempotencyKey", "signal"]);
    check.text("proof", proof, check.limits.proof);
    if ((dvrId === undefined) === (dvrToken === undefined)) throw malformed("submission: want either dvrId or dvrToken");
    const key = check.optionalText("idempotencyKey", given.idempotencyKey) ?? crypto.randomUUID();
    const answer = await this.post("/v1/verify", { proof, dvr_id: dvrId, dvr_token: dvrToken, peek: check.flag("peek", peek) }, 200, { "Idempotency-Key": key }, given.signal);
    const documents: Record<string, DocumentInfo> = {};
    for (const [tag, { algorithm, key_id: keyId, class: size }] of Object.entries<any>(answer["documents"] ?? {})) documents[tag] = { algorithm, ...(keyId ? { keyId } : {}), class: size };
    return { dvrId: answer["dvr_id"], output: answer["output"], outputs: answer["outputs"], evaluated: new Date(answer["evaluated"]), documents };
  }

  /** Whether a query is valid, and what its author may have missed. */
  async check(query: string | object, options?: ExplainOptions): Promise<{ paths: number; outputs: string[]; advice: Explanation["advice"] }> {
    return (await this.post("/v1/queries/check", queryBody(query, options), 200)) as never;
  }

  /** What a query asks and what its answer reveals, in words. */
  async explain(query: string | object, options?: ExplainOptions): Promise<Explanation> {
    return (await this.post("/v1/queries/explain", queryBody(query, options), 200)) as never;
  }

  /** The keys that requests are signed with. */
  async keys(signal?: AbortSignal): Promise<JWKS> {
    const reply = await this.server.exchange({ method: "GET", path: "/.well-known/jwks.json", open: true, limit: 64 << 10, ...(signal ? { signal } : {}) });
    return this.expect(reply, 200) as unknown as JWKS;
  }

  private async post(path: string, body: object, status: number, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Record<string, any>> {
    let text: string;
    try {
      text = JSON.stringify(body);
    } catch {
      throw malformed("want what JSON can say");
    }
    return this.expect(await this.server.exchange({ method: "POST", path, body: text, headers, limit: maxAnswer, ...(signal ? { signal: check.signalOf(signal)! } : {}) }), status);
  }

  private expect(reply: Reply, status: number): Record<string, any> {
    if (reply.status !== status) throw reply.status >= 400 ? this.server.problem(reply) : new ZkPassError("service-answer", `status ${reply.status}, which is not expected here`, { status: reply.status });
    return this.server.object(reply);
  }
}

function queryBody(query: string | object, options: ExplainOptions | undefined): object {
  const { documents, language } = check.options<ExplainOptions>("options", options, ["documents", "language"]);
  return { query, documents, language };
}

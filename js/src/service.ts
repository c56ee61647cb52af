import * as check from "./arguments.js";
import { call } from "./engine.js";
import { aborted, malformed, ZkPassError } from "./errors.js";
import { Server, sleep } from "./http.js";
import type { Reply } from "./http.js";
import { cacheTimes, serverURL } from "./keysets.js";
import type { JWKS } from "./keysets.js";

export interface ServiceOptions {
  /** KEY:SECRET. It does not belong in a page: there the url is of a server of your own, which adds it. */
  apiKey?: string;
  /** How often a request is sent that finds the service busy or away: 8 unless given, about half a minute. */
  attempts?: number;
  /** Decides on the key set of the service before anything is encrypted to it, by its attestation for instance. Throws to refuse. */
  checkKeys?: (keys: JWKS) => void | Promise<void>;
  /** Leaves jobs that have ended at the service, which forgets them by itself later. */
  keepResults?: boolean;
  /** Sent with every request, for a server of your own that passes them on. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

/** How far a job is that has not ended. */
export interface JobStatus {
  id: string;
  /** False while the job waits for its turn. */
  proving: boolean;
  /** How many jobs wait before it, roughly. */
  ahead: number;
  /** What is being done, for people. */
  step: string;
  /** From 0 to 1. */
  progress: number;
}

export interface ServiceProveOptions {
  /** Called when there is news of the job, and at least every second. */
  onProgress?: (status: JobStatus) => void;
  /** Cancels the job at the service. */
  signal?: AbortSignal;
  /** 1 to 255 printable ASCII characters that name this one job at the service for 24 hours; random unless given. */
  idempotencyKey?: string;
}

const maxAnswer = 2 * (16 << 20) + 1024;
const maxKeySet = 64 << 10;
const pollPause = 250;
const forgetTime = 5_000;

/**
 * A client of `zkpass serve`. It sends the service nothing but tokens that are encrypted for
 * this request, tries again what may succeed later, and checks that the answer is signed by the
 * service and belongs to the request. Whether the proof is correct, `verify` tells.
 */
export class Service {
  private readonly server: Server;
  private readonly options: Partial<ServiceOptions>;
  private kept: { keys: JWKS; expires: number } | undefined;

  constructor(url: string | URL, options?: ServiceOptions) {
    const given = check.options<ServiceOptions>("options", options, ["apiKey", "attempts", "checkKeys", "keepResults", "headers", "fetch"]);
    check.callback("checkKeys", given.checkKeys);
    check.flag("keepResults", given.keepResults);
    this.options = given;
    this.server = new Server(serverURL("url", String(url)), check.optionalText("apiKey", given.apiKey), given.attempts ?? 8,
      check.callback("fetch", given.fetch) ?? ((...args) => fetch(...args)), (given.headers === undefined ? {} : check.object("headers", given.headers)) as Record<string, string>);
  }

  /** The key set of the service: the keys that sign its proofs, and those to encrypt to. */
  async keys(signal?: AbortSignal): Promise<JWKS> {
    return this.keySet(undefined, signal);
  }

  /** Has the service answer a request about user data tokens by tag. Resolves to the proof token. */
  async prove(request: string, tokens: string | Record<string, string>, options?: ServiceProveOptions): Promise<string> {
    const given = check.options<ServiceProveOptions>("options", options, ["onProgress", "signal", "idempotencyKey"]);
    const signal = check.signalOf(given.signal);
    const job = new Job(this.server, request, check.tokensOf(tokens), check.callback("onProgress", given.onProgress), signal, !this.options.keepResults);
    check.text("request", request, check.limits.request);
    let key = check.optionalText("idempotencyKey", given.idempotencyKey) ?? crypto.randomUUID();
    if (!/^[!-~]([ -~]{0,253}[!-~])?$/.test(key)) throw malformed("idempotencyKey: want 1 to 255 printable ASCII characters");
    let keys = await this.keySet(undefined, signal);
    let proof: string;
    try {
      proof = await job.submit(keys, key);
    } catch (error) {
      if (!(error instanceof ZkPassError) || error.code !== "unknown-key") throw error;
      // The service has new keys. Only then is anything encrypted a second time.
      keys = await this.keySet(keys, signal);
      key = crypto.randomUUID();
      proof = await job.submit(keys, key);
    }
    try {
      await call("answer", { keys, request, proof });
    } catch (error) {
      if (!(error instanceof ZkPassError) || error.code !== "unknown-key") throw error;
      // The service may have changed keys while the job was under way.
      keys = await this.keySet(keys, signal);
      await call("answer", { keys, request, proof });
    }
    return proof;
  }

  private async keySet(outdated: JWKS | undefined, signal: AbortSignal | undefined): Promise<JWKS> {
    if (this.kept && this.kept.keys !== outdated && Date.now() < this.kept.expires) return this.kept.keys;
    const reply = await this.server.exchange({
      method: "GET", path: "/.well-known/jwks.json", open: true, limit: maxKeySet,
      ...(outdated ? { headers: { "Cache-Control": "no-cache" } } : {}), ...(signal ? { signal } : {}),
    });
    if (reply.status !== 200) throw this.server.problem(reply);
    const keys = this.server.object(reply) as unknown as JWKS;
    if (!Array.isArray(keys.keys)) throw new ZkPassError("service-answer", "the answer is no key set");
    try {
      await this.options.checkKeys?.(keys);
    } catch (cause) {
      if (cause instanceof ZkPassError) throw cause;
      throw new ZkPassError("keys", `the keys of the service are not accepted: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    this.kept = { keys, expires: Date.now() + cacheTimes(reply.headers).age };
    return keys;
  }
}

/** One job on its way through the service. */
class Job {
  private id = "";
  private last: JobStatus | undefined;
  private readonly hidden: string[];

  constructor(
    private readonly server: Server,
    private readonly request: string,
    private readonly tokens: Record<string, string>,
    private readonly tell: ((status: JobStatus) => void) | undefined,
    private readonly signal: AbortSignal | undefined,
    private readonly forgets: boolean,
  ) {
    this.hidden = Object.values(tokens).flatMap((token) => token.split(".").slice(1)); // the header is no secret
  }

  /** Has the service do the job with tokens encrypted to a key of the set. */
  async submit(keys: JWKS, idempotencyKey: string): Promise<string> {
    const body = JSON.stringify(await call("seal", { keys, request: this.request, tokens: this.tokens }));
    if (this.signal?.aborted) throw aborted(this.signal);
    this.id = "";
    const ticker = this.tell && setInterval(() => this.last && this.tell!({ ...this.last }), 1000);
    let outcome = false;
    try {
      // The service is not asked to wait: its answer has the id of the job, without which
      // the job could not be cancelled.
      let answer = this.read(await this.server.exchange({ method: "POST", path: "/v1/proof?wait=0", body, headers: { "Idempotency-Key": idempotencyKey }, limit: maxAnswer, ...this.ends() }));
      if (answer.proof === undefined && !this.id) throw new ZkPassError("service-answer", "no id of the job in queue_status_url");
      const wait = this.tell ? 2 : 30;
      while (answer.proof === undefined) {
        const start = performance.now();
        answer = this.read(await this.server.exchange({ method: "GET", path: `/api/status/${this.id}?wait=${wait}`, wait, limit: maxAnswer, ...this.ends() }));
        if (answer.proof === undefined) await sleep(Math.max(0, pollPause - (performance.now() - start)), this.signal);
      }
      outcome = true;
      return answer.proof;
    } catch (error) {
      outcome = error instanceof ZkPassError && error.status !== undefined && error.code !== "unavailable";
      throw error;
    } finally {
      clearInterval(ticker);
      if (!outcome || this.forgets) void this.forget();
    }
  }

  private ends(): { signal?: AbortSignal } {
    return this.signal ? { signal: this.signal } : {};
  }

  private read(reply: Reply): { proof?: string } {
    const id = (url: unknown): string => (typeof url === "string" ? (/(?:^|\/)([\w-]{16,128})$/.exec(url)?.[1] ?? "") : "");
    this.id = id(reply.headers.get("Location")) || this.id;
    if (reply.status !== 200 && reply.status !== 202) throw this.server.problem(reply, this.hidden);
    const answer = this.server.object(reply);
    if (reply.status === 200) {
      const proof = answer["proof"] ?? answer["output"]; // its name in the first generation of services
      if (typeof proof !== "string" || proof === "") throw new ZkPassError("service-answer", "no proof token in the answer");
      return { proof };
    }
    this.id = id(answer["queue_status_url"]) || this.id;
    const number = (value: unknown, most: number): number => (typeof value === "number" && value > 0 ? Math.min(value, most) : 0);
    const step = typeof answer["step"] === "string" ? answer["step"].replace(/[\p{C}]/gu, " ").slice(0, 100) : "";
    this.last = { id: this.id, proving: answer["state"] === "proving", ahead: number(answer["ahead"], Number.MAX_SAFE_INTEGER), step, progress: number(answer["progress"], 1) };
    this.tell?.({ ...this.last });
    return {};
  }

  /** Has the service delete the job. The service deletes jobs by itself, only later. */
  private async forget(): Promise<void> {
    if (!this.id) return;
    try {
      await this.server.send({ method: "DELETE", path: `/api/status/${this.id}`, limit: maxKeySet, signal: AbortSignal.timeout(forgetTime) });
    } catch {
      // not worth an error
    }
  }
}

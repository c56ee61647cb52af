import { aborted, ZkPassError } from "./errors.js";
import type { Problem } from "./errors.js";

/** Reads the text of an answer, and no more than a number of bytes. */
export async function readLimited(response: Response, limit: number): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      void reader.cancel().catch(() => {});
      throw new ZkPassError("service-answer", `the answer has more than ${limit} bytes`);
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(all);
}

/** A request that can be sent any number of times with the same effect as once. */
export interface Exchange {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: string;
  headers?: Record<string, string>;
  /** Sent without the API key. */
  open?: boolean;
  /** Seconds that the server is asked to wait before it answers. */
  wait?: number;
  limit: number;
  signal?: AbortSignal;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

const answerTime = 60_000;
const firstPause = 500;
const longestPause = 20_000;
const longestAsked = 60_000;

/** A server that is asked again while it is busy or away. */
export class Server {
  readonly base: string;
  private readonly authorization: string | undefined;
  private readonly secrets: string[] = [];

  constructor(url: URL, apiKey: string | undefined, private readonly attempts: number, private readonly fetch: typeof globalThis.fetch, private readonly headers: Record<string, string>) {
    if (url.search || url.hash) throw new ZkPassError("malformed", "url: want one without query and fragment");
    this.base = url.origin + url.pathname.replace(/\/+$/, "");
    if (!Number.isInteger(attempts) || attempts < 1) throw new ZkPassError("malformed", "attempts: want 1 or more");
    if (apiKey === undefined) return;
    if (!/^[!-9;-~]+:[!-9;-~]+$/.test(apiKey)) throw new ZkPassError("malformed", "apiKey: want KEY:SECRET, of printable ASCII characters with one colon");
    const credential = btoa(apiKey);
    this.authorization = `Basic ${credential}`;
    this.secrets.push(apiKey.slice(apiKey.indexOf(":") + 1), credential);
  }

  /** Sends a request until it is answered with something else than that it should come again. */
  async exchange(x: Exchange): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      let pause = 0;
      let failure: ZkPassError;
      try {
        const reply = await this.send(x);
        if (![429, 502, 503, 504].includes(reply.status)) return reply;
        pause = retryAfter(reply.headers.get("Retry-After"));
        failure = this.problem(reply);
      } catch (error) {
        if (!(error instanceof ZkPassError) || error.code !== "unavailable") throw error;
        failure = error;
      }
      if (attempt >= this.attempts) throw failure;
      const most = Math.min(longestPause, firstPause * 2 ** Math.min(attempt - 1, 6));
      await sleep(pause + Math.random() * most, x.signal);
    }
  }

  /** Sends a request once and reads the answer to its end. */
  async send(x: Exchange): Promise<Reply> {
    const { signal } = x;
    if (signal?.aborted) throw aborted(signal);
    const ends = new AbortController();
    const timer = setTimeout(() => ends.abort(new Error("no answer in time")), (x.wait ?? 0) * 1000 + answerTime);
    const stop = (): void => ends.abort(signal!.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const response = await this.fetch(this.base + x.path, {
        method: x.method, body: x.body, redirect: "manual", credentials: "same-origin", signal: ends.signal,
        headers: {
          Accept: "application/json, application/problem+json",
          ...(x.body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(this.authorization && !x.open ? { Authorization: this.authorization } : {}),
          ...this.headers, ...x.headers,
        },
      });
      if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
        throw new ZkPassError("service-answer", "a redirect, which is not followed; give the URL of the server itself");
      }
      return { status: response.status, headers: response.headers, text: await readLimited(response, x.limit) };
    } catch (cause) {
      if (signal?.aborted) throw aborted(signal);
      if (cause instanceof ZkPassError) throw cause;
      throw new ZkPassError("unavailable", "the server cannot be reached, or the connection broke off", { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** An error of an answer that is none of those hoped for. Its texts are the server's, cleaned. */
  problem(reply: Reply, hidden: string[] = []): ZkPassError {
    let read: Partial<Problem> = {};
    try {
      read = JSON.parse(reply.text) ?? {};
    } catch {
      // no problem document
    }
    const clean = (value: unknown, limit: number): string | undefined => {
      if (typeof value !== "string" || value === "") return undefined;
      if ([...this.secrets, ...hidden].some((secret) => secret.length >= 8 && value.includes(secret))) return "(withheld: it repeats a secret)";
      const printable = value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ");
      return printable.length > limit ? `${printable.slice(0, limit)}...` : printable;
    };
    const { status } = reply;
    const known = typeof read.code === "string" && /^[a-z0-9-]{1,64}$/.test(read.code);
    if (!known && status < 400) return new ZkPassError("service-answer", `status ${status}, which is not expected here`, { status });
    const code = known ? read.code! : codeOf(status);
    return new ZkPassError(code, clean(read.detail, 1000) ?? clean(read.title, 200) ?? `status ${status}`, {
      status, document: clean(read.document, 200), statement: clean(read.statement, 200), path: clean(read.path, 200), instance: clean(read.instance, 200),
    });
  }

  /** The object in an answer. */
  object(reply: Reply): Record<string, any> {
    try {
      const value = JSON.parse(reply.text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    } catch {
      // no JSON
    }
    throw new ZkPassError("service-answer", "the answer is not a JSON object", { status: reply.status });
  }
}

function codeOf(status: number): Problem["code"] {
  const codes: Record<number, Problem["code"]> = { 401: "unauthorized", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "media-type", 429: "rate-limited" };
  return codes[status] ?? (status >= 500 ? "unavailable" : "malformed");
}

/** Seconds or a date (RFC 9110, section 10.2.3), in milliseconds. */
function retryAfter(value: string | null): number {
  if (!value) return 0;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.min(Math.max(wait || 0, 0), longestAsked);
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const stop = (): void => {
      clearTimeout(timer);
      reject(aborted(signal!));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

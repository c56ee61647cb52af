/**
 * What programs branch on: the codes of zkPass's problem details (RFC 9457), those of
 * services and verifiers among them, and four of this package.
 */
export type ErrorCode =
  // what is asked of this package, a service or a verifier
  | "malformed" | "too-large" | "unauthorized" | "forbidden" | "not-found" | "method-not-allowed" | "gone"
  | "media-type" | "unknown-key" | "rate-limited" | "idempotency" | "queue-full" | "unavailable" | "internal" | "decryption"
  // why there is no proof
  | "tokens" | "signature" | "expired" | "keys" | "unsupported" | "documents" | "query" | "evaluation"
  | "undisclosed" | "deadline" | "not-proven"
  // why a proof is refused
  | "maker" | "other-request" | "stale" | "future" | "proof" | "answered" | "cannot-tell"
  // of this package
  | "aborted" | "out-of-memory" | "not-loaded" | "service-answer";

/** More about an error: where it is and what caused it. */
export interface ErrorDetails {
  /** HTTP status, if a server answered. */
  status?: number;
  /** Tag of the document concerned. */
  document?: string;
  /** Place in the query: "statement 2, then 1, assign x". */
  statement?: string;
  /** Path in the query. */
  path?: string;
  /** Id of the request in the server's logs. */
  instance?: string;
  cause?: unknown;
}

/** The one kind of error that this package's promises are rejected with. */
export class ZkPassError extends Error {
  readonly code: ErrorCode;
  readonly status?: number;
  readonly document?: string;
  readonly statement?: string;
  readonly path?: string;
  readonly instance?: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.name = "ZkPassError";
    this.code = code;
    for (const name of ["status", "document", "statement", "path", "instance"] as const) {
      if (details[name]) Object.defineProperty(this, name, { value: details[name], enumerable: true });
    }
  }
}

/** A problem as WebAssembly and servers tell it. */
export interface Problem extends Omit<ErrorDetails, "cause"> {
  code: ErrorCode;
  title?: string;
  detail?: string;
}

export function fromProblem(problem: Problem): ZkPassError {
  return new ZkPassError(problem.code, problem.detail || problem.title || problem.code, problem);
}

/** Whatever was thrown by code that is not ours, as a problem. */
export function toProblem(thrown: unknown, code: ErrorCode): Problem {
  if (thrown instanceof ZkPassError) return { code: thrown.code, detail: thrown.message };
  return { code, detail: thrown instanceof Error ? thrown.message : String(thrown) };
}

export function malformed(message: string): ZkPassError {
  return new ZkPassError("malformed", message);
}

export function aborted(signal: AbortSignal): ZkPassError {
  return new ZkPassError("aborted", "aborted", { cause: signal.reason });
}

import * as check from "./arguments.js";
import { callAlone } from "./engine.js";
import { keySetAnswer } from "./keysets.js";
import type { JWK, KeySetSource } from "./keysets.js";

/** How far a proof is. */
export interface ProveProgress {
  /** What is being done, for people. */
  step: string;
  /** Steps done, and how many there are. */
  done: number;
  total: number;
  /** Milliseconds since the call. */
  elapsed: number;
}

export interface ProveOptions {
  /** Called at the start of each step, and at least every second. */
  onProgress?: (progress: ProveProgress) => void;
  /** Ends the proof and frees its memory. */
  signal?: AbortSignal;
  /** Key sets that the request names by their URL. */
  keySets?: KeySetSource;
  /** The verifier's key, for requests that name none. */
  dvrKey?: JWK | string;
  /** The evaluation time. */
  now?: Date;
}

/**
 * Answers a request about signed documents, here: nothing leaves the page or process. Resolves to
 * the proof token, which goes to the request's responseUri and nowhere else.
 *
 * Each call has a worker of its own, so the page stays responsive; the worker and all its
 * memory are gone when the promise is settled.
 */
export async function prove(request: string, tokens: string | Record<string, string>, options?: ProveOptions): Promise<string> {
  const given = check.options<ProveOptions>("options", options, ["onProgress", "signal", "keySets", "dvrKey", "now"]);
  const tell = check.callback("onProgress", given.onProgress);
  const signal = check.signalOf(given.signal);
  const keySet = keySetAnswer(given.keySets);
  const args = {
    request: check.text("request", request, check.limits.request),
    tokens: check.tokensOf(tokens),
    dvrKey: given.dvrKey === undefined ? undefined : check.json("dvrKey", given.dvrKey),
    now: check.time("now", given.now),
    keySets: keySet !== undefined,
  };
  const start = performance.now();
  let last = { step: "loading", done: 0, total: 1 };
  const progress = (step = last.step, done = last.done, total = last.total): void => {
    last = { step, done, total };
    tell?.({ ...last, elapsed: performance.now() - start });
  };
  progress();
  const ticker = tell && setInterval(() => progress(), 1000);
  try {
    const { proof } = await callAlone<{ proof: string }>("prove", args, {
      progress, ...(signal ? { signal } : {}), ...(keySet ? { answers: { keySet } } : {}),
    });
    return proof;
  } finally {
    clearInterval(ticker);
  }
}

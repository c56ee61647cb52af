import { aborted, fromProblem, toProblem, ZkPassError } from "./errors.js";
import { platform } from "./platform.js";
import type { FromWorker, Thread } from "./platform.js";

/** What the code in WebAssembly may ask while a call is under way. */
export type Answers = Partial<Record<"keySet" | "once" | "sign", (args: any) => unknown>>;

export interface CallOptions {
  answers?: Answers;
  progress?: (step: string, done: number, total: number) => void;
  signal?: AbortSignal;
}

/** A worker whose memory has grown beyond this many bytes is ended when it is idle. */
const keptMemory = 128 << 20;
/** An idle worker is ended after this many milliseconds. */
const idleTime = 30_000;

let location: URL | undefined;
let compiled: Promise<WebAssembly.Module> | undefined;

/** Says where the WebAssembly is, for applications that do not serve it beside the code. */
export function locate(url: URL | undefined): void {
  location = url;
  compiled = undefined;
  shared = undefined;
}

/** Compiles the WebAssembly once; all workers share the code. */
export function load(): Promise<WebAssembly.Module> {
  compiled ??= platform().compile(location).catch((cause: unknown) => {
    compiled = undefined; // the network may be back next time
    throw new ZkPassError("not-loaded", "the WebAssembly of zkPass could not be loaded", { cause });
  });
  return compiled;
}

interface Pending extends CallOptions {
  resolve(result: string): void;
  reject(error: ZkPassError): void;
}

/** Engine is one worker and the calls that it has not answered yet. */
class Engine {
  private readonly pending = new Map<number, Pending>();
  private readonly thread: Thread;
  private next = 1;
  private idle: ReturnType<typeof setTimeout> | undefined;
  ended = false;

  constructor(module: WebAssembly.Module, private readonly lasting: boolean) {
    this.thread = platform().start();
    this.thread.onmessage = (message) => this.receive(message);
    this.thread.onerror = (cause) => this.fail(new ZkPassError("internal", "the worker of zkPass failed", { cause }));
    this.thread.post({ kind: "start", module });
  }

  call(name: string, args: unknown, options: CallOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.pending.set(id, { ...options, resolve, reject });
      clearTimeout(this.idle);
      this.thread.hold(true);
      this.thread.post({ kind: "call", id, name, args: JSON.stringify(args) });
    });
  }

  /** Ends the worker and, with it, all calls. */
  fail(error: ZkPassError): void {
    this.end();
    for (const call of this.pending.values()) call.reject(error);
    this.pending.clear();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.idle);
    this.thread.end();
  }

  private receive(message: FromWorker): void {
    if (this.ended) return;
    switch (message.kind) {
      case "settle":
        this.settle(message.id, message.result, message.problem, message.memory);
        break;
      case "progress":
        this.pending.get(message.id)?.progress?.(message.step, message.done, message.total);
        break;
      case "ask":
        void this.answer(message.ask, message.id, message.question as keyof Answers, message.args);
        break;
      case "stopped":
        this.fail(message.memory
          ? new ZkPassError("out-of-memory", "there is not enough memory for this proof")
          : new ZkPassError("internal", "the code of zkPass stopped"));
    }
  }

  private settle(id: number, result: string, problem: string, memory: number): void {
    const call = this.pending.get(id);
    this.pending.delete(id);
    if (this.pending.size === 0) {
      if (!this.lasting || memory > keptMemory) this.end();
      else this.rest();
    }
    if (!call) return;
    if (problem) call.reject(fromProblem(JSON.parse(problem)));
    else call.resolve(result);
  }

  private rest(): void {
    this.thread.hold(false);
    this.idle = setTimeout(() => this.end(), idleTime);
    (this.idle as { unref?: () => void }).unref?.(); // Node does not wait for it
  }

  private async answer(ask: number, id: number, question: keyof Answers, args: string): Promise<void> {
    try {
      const answer = this.pending.get(id)?.answers?.[question];
      if (!answer) throw new ZkPassError("internal", `nobody answers ${question}`);
      const value = JSON.stringify(await answer(JSON.parse(args))) ?? "null";
      if (!this.ended) this.thread.post({ kind: "answer", ask, value });
    } catch (thrown) {
      if (!this.ended) this.thread.post({ kind: "answer", ask, problem: JSON.stringify(toProblem(thrown, "internal")) });
    }
  }
}

let shared: Promise<Engine> | undefined;

/** Makes a call in the worker that is shared by all calls that are short. */
export async function call<T>(name: string, args: unknown, options: CallOptions = {}): Promise<T> {
  let engine = shared && (await shared);
  if (!engine || engine.ended) {
    const module = await load();
    // Another call may have been here meanwhile.
    engine = shared && (await shared);
    if (!engine || engine.ended) {
      engine = new Engine(module, true);
      shared = Promise.resolve(engine);
    }
  }
  return JSON.parse(await engine.call(name, args, options));
}

/** Makes a call in a worker of its own, which is ended afterwards with all its memory. */
export async function callAlone<T>(name: string, args: unknown, options: CallOptions): Promise<T> {
  const { signal } = options;
  if (signal?.aborted) throw aborted(signal);
  const engine = new Engine(await load(), false);
  const stop = (): void => engine.fail(aborted(signal!));
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) throw aborted(signal);
    return JSON.parse(await engine.call(name, args, options));
  } finally {
    signal?.removeEventListener("abort", stop);
    engine.fail(new ZkPassError("internal", "ended"));
  }
}

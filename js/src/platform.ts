/** What differs between browsers and Node. */
export interface Platform {
  /** Starts a worker that answers calls once it is given the module. */
  start(): Thread;
  /** Compiles the WebAssembly at its place in the package, or at a URL. */
  compile(url: URL | undefined): Promise<WebAssembly.Module>;
}

/** A worker. */
export interface Thread {
  post(message: ToWorker): void;
  /** Frees all memory of the worker, whatever it is doing. */
  end(): void;
  /** Says whether work is under way, for which a process is to be kept running. */
  hold(working: boolean): void;
  onmessage: (message: FromWorker) => void;
  onerror: (cause: unknown) => void;
}

export type ToWorker =
  | { kind: "start"; module: WebAssembly.Module }
  | { kind: "call"; id: number; name: string; args: string }
  | { kind: "answer"; ask: number; value?: string; problem?: string };

export type FromWorker =
  | { kind: "settle"; id: number; result: string; problem: string; memory: number }
  | { kind: "ask"; ask: number; id: number; question: string; args: string }
  | { kind: "progress"; id: number; step: string; done: number; total: number }
  | { kind: "stopped"; memory: boolean };

let current: Platform | undefined;

export function setPlatform(platform: Platform): void {
  current = platform;
}

export function platform(): Platform {
  if (!current) throw new Error("@zkpass-go/sdk: import the package by its name");
  return current;
}

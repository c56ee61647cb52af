import "./wasm_exec.js";
import { kernels } from "./kernels.js";
import type { FromWorker, ToWorker } from "./platform.js";

/** The class of Go's wasm_exec.js. */
interface GoRuntime {
  importObject: WebAssembly.Imports;
  env: Record<string, string>;
  exit: (code: number) => void;
  run(instance: WebAssembly.Instance): Promise<void>;
}

type Answer = { value?: string; problem?: string };

/** What Go calls: see js/wasm/main.go. */
interface Host {
  ready(call: (id: number, name: string, args: string) => void): void;
  settle(id: number, result: string, problem: string): void;
  ask(id: number, question: string, args: string): Promise<Answer>;
  progress(id: number, step: string, done: number, total: number): void;
}

/** Runs zkPass for the page or process at the other end of a port. */
export function serve(post: (message: FromWorker) => void): (message: ToWorker) => void {
  let call: ((id: number, name: string, args: string) => void) | undefined;
  let memory: WebAssembly.Memory | undefined;
  const waiting: [number, string, string][] = [];
  const asked = new Map<number, (answer: Answer) => void>();
  const scope = globalThis as unknown as { Go: new () => GoRuntime; zkpassHost: Host; fs: { writeSync(fd: number, bytes: Uint8Array): number } };

  // What Go's runtime says when it ends. It is not shown: nobody knows what is in it.
  let outOfMemory = false;
  scope.fs.writeSync = (_fd, bytes) => {
    if (/out of memory|cannot allocate/.test(new TextDecoder().decode(bytes))) outOfMemory = true;
    return bytes.length;
  };
  scope.zkpassHost = {
    ready(ready) {
      call = ready;
      for (const [id, name, args] of waiting.splice(0)) call(id, name, args);
    },
    settle: (id, result, problem) => post({ kind: "settle", id, result, problem, memory: memory?.buffer.byteLength ?? 0 }),
    progress: (id, step, done, total) => post({ kind: "progress", id, step, done, total }),
    ask: (id, question, args) =>
      new Promise((resolve) => {
        const ask = asked.size === 0 ? 1 : Math.max(...asked.keys()) + 1;
        asked.set(ask, resolve);
        post({ kind: "ask", ask, id, question, args });
      }),
  };

  async function start(module: WebAssembly.Module): Promise<void> {
    try {
      const go = new scope.Go();
      go.exit = () => {};
      // With one thread nothing collects garbage beside the work: a collection that had begun would wait, while
      // the memory grows, until a verification ends. So each is done at once, and a little more often than Go would.
      go.env = { GODEBUG: "gcstoptheworld=1", GOGC: "60" };
      const bind = kernels(go.importObject);
      const instance = await WebAssembly.instantiate(module, go.importObject);
      memory = instance.exports["mem"] as WebAssembly.Memory;
      bind(instance);
      await go.run(instance);
    } catch (thrown) {
      outOfMemory ||= thrown instanceof RangeError;
    }
    post({ kind: "stopped", memory: outOfMemory }); // it ends in no other way
  }

  return (message) => {
    switch (message.kind) {
      case "start":
        void start(message.module);
        break;
      case "call":
        if (call) call(message.id, message.name, message.args);
        else waiting.push([message.id, message.name, message.args]);
        break;
      case "answer":
        asked.get(message.ask)?.(message);
        asked.delete(message.ask);
    }
  };
}

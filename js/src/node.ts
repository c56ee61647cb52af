import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { setPlatform } from "./platform.js";
import { wasm } from "./wasm.js";
import type { Thread } from "./platform.js";

/** Compiles a file and gives its memory back, which the garbage collector would do much later. */
async function compiled(file: Uint8Array): Promise<WebAssembly.Module> {
  const module = await WebAssembly.compile(file as Uint8Array<ArrayBuffer>);
  const { port1 } = new MessageChannel();
  port1.postMessage(null, [file.buffer as ArrayBuffer]);
  port1.close();
  return module;
}

setPlatform({
  start() {
    const worker = new Worker(new URL("./worker-node.js", import.meta.url));
    worker.unref();
    const thread: Thread = {
      post: (message) => worker.postMessage(message),
      end: () => void worker.terminate(),
      hold: (working) => (working ? worker.ref() : worker.unref()),
      onmessage: () => {},
      onerror: () => {},
    };
    worker.on("message", (message) => thread.onmessage(message));
    worker.on("error", (error) => thread.onerror(error));
    worker.on("exit", () => thread.onerror(new Error("the worker ended")));
    return thread;
  },
  async compile(url = wasm) {
    if (url.protocol === "file:") return compiled(await readFile(url));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return WebAssembly.compile(await response.arrayBuffer());
  },
});

export * from "./index.js";

import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { setPlatform } from "./platform.js";
import { wasm } from "./wasm.js";
import type { Thread } from "./platform.js";

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
    if (url.protocol === "file:") return WebAssembly.compile(await readFile(url));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return WebAssembly.compile(await response.arrayBuffer());
  },
});

export * from "./index.js";

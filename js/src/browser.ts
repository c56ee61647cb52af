import { setPlatform } from "./platform.js";
import { wasm } from "./wasm.js";
import type { Thread } from "./platform.js";

setPlatform({
  start() {
    const worker = new Worker(new URL("./worker-browser.js", import.meta.url), { type: "module", name: "zkpass" });
    const thread: Thread = {
      post: (message) => worker.postMessage(message),
      end: () => worker.terminate(),
      hold: () => {},
      onmessage: () => {},
      onerror: () => {},
    };
    worker.onmessage = (event) => thread.onmessage(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      thread.onerror(event.error ?? event.message);
    };
    worker.onmessageerror = () => thread.onerror(new Error("a message could not be read"));
    return thread;
  },
  async compile(url = wasm) {
    // Compiled while it arrives; the browser keeps the code with the response.
    const response = await fetch(url, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    if (/^application\/wasm\b/.test(response.headers.get("Content-Type") ?? "")) return WebAssembly.compileStreaming(response);
    return WebAssembly.compile(await response.arrayBuffer());
  },
});

export * from "./index.js";

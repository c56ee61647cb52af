// A page that proves and verifies, and says how long its own thread was busy at a stretch.
import * as sdk from "/node_modules/@zkpass-go/sdk/dist/browser.js";
import { measure } from "./measure.mjs";

const text = async (path) => (await fetch(path)).text();
let longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ type: "longtask" });
let result;
try {
  const figures = await measure(sdk, await text("/claims.json"), await text("/query.json"), Number(new URLSearchParams(location.search).get("rounds")));
  const given = new AbortController();
  const stopped = await sdk.prove("a.b.c", "a.b.c", { signal: given.signal }).then(() => "proof", (error) => error.code);
  result = { ...figures, stopped, longest_task_ms: Math.round(longest) };
} catch (error) {
  result = { error: String(error?.stack ?? error), code: error?.code };
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });

// A page that proves and verifies, and says how long its own thread was busy at a stretch.
import * as sdk from "/node_modules/@zkpass-go/sdk/dist/browser.js";
import { measure } from "./measure.mjs";

const text = async (path) => (await fetch(path)).text();
let longest = 0;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
});
observer.observe({ type: "longtask" });

/** The longest task of more than 50 ms since the last call, or 0. */
async function longestTask() {
  await new Promise((resolve) => setTimeout(resolve, 200)); // entries come after the task
  const duration = longest;
  longest = 0;
  return Math.round(duration);
}

/** A task of 80 ms, to see that the observer would have told. */
function busy() {
  return new Promise((resolve) => setTimeout(() => {
    const end = performance.now() + 80;
    while (performance.now() < end);
    resolve();
  }));
}

let result;
try {
  const figures = await measure(sdk, await text("/claims.json"), await text("/query.json"), Number(new URLSearchParams(location.search).get("rounds")));
  const given = new AbortController();
  const stopped = await sdk.prove("a.b.c", "a.b.c", { signal: given.signal }).then(() => "proof", (error) => error.code);
  const longest_task_ms = await longestTask();
  await busy();
  result = { ...figures, stopped, longest_task_ms, noticed_task_ms: await longestTask() };
} catch (error) {
  result = { error: String(error?.stack ?? error), code: error?.code };
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });

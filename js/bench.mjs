// Measures proving and verifying of Jane's token in Node: make js && node js/bench.mjs [ROUNDS [ES256 or RS256]].
import { readFileSync } from "node:fs";
import { gf128 } from "./dist/kernelcode.js";
import * as sdk from "./dist/node.js";
import { measure } from "./test/measure.mjs";

const example = new URL("../examples/shopsphere/", import.meta.url);
const [claims, query] = ["claims.json", "query.json"].map((name) => readFileSync(new URL(name, example), "utf8"));
const cpu = process.cpuUsage();
const figures = await measure(sdk, claims, query, Number(process.argv[2] ?? 3), process.argv[3]);
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ simd: WebAssembly.validate(gf128), ...figures, cpu_ms: Math.round((user + system) / 1000), peak_rss_bytes: process.resourceUsage().maxRSS * 1024 }));

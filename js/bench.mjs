// Measures proving and verifying of Jane's token in Node: make js && node js/bench.mjs [ROUNDS].
import { readFileSync } from "node:fs";
import * as sdk from "./dist/node.js";
import { measure } from "./test/measure.mjs";

const example = new URL("../examples/shopsphere/", import.meta.url);
const [claims, query] = ["claims.json", "query.json"].map((name) => readFileSync(new URL(name, example), "utf8"));
const cpu = process.cpuUsage();
const figures = await measure(sdk, claims, query, Number(process.argv[2] ?? 3));
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ ...figures, cpu_ms: Math.round((user + system) / 1000), peak_rss_bytes: process.resourceUsage().maxRSS * 1024 }));

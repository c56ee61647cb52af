// Runs a Go test that was compiled to WebAssembly: go test -exec "node .../run.mjs".
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

globalThis.require = createRequire(import.meta.url);
globalThis.fs = fs;
globalThis.path = path;
globalThis.crypto ??= crypto.webcrypto;
await import(path.join(process.env.GOROOT, "lib/wasm/wasm_exec.js"));

const go = new globalThis.Go();
go.argv = process.argv.slice(2);
go.env = { TMPDIR: os.tmpdir(), PATH: process.env.PATH ?? "" };
go.exit = process.exit;
const { kernels } = await import("../dist/kernels.js");
const bind = kernels(go.importObject);
const { instance } = await WebAssembly.instantiate(fs.readFileSync(go.argv[0]), go.importObject);
if (!process.env.ZKPASS_NO_SIMD) bind(instance);
await go.run(instance);

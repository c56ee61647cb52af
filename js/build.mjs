// Builds dist: node build.mjs. It needs Go and what npm ci installs. The same sources give
// the same bytes, wherever the checkout is.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const run = (command, args, env = {}) =>
  execFileSync(command, args, { cwd: here, env: { ...process.env, ...env }, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
run(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-p", here]);

const built = join(dist, "zkpass.wasm");
run("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", built, "./wasm"], { GOOS: "js", GOARCH: "wasm", GOFLAGS: "", GOWASM: "" });
chmodSync(built, 0o644);
const hash = createHash("sha256").update(readFileSync(built)).digest("hex");
// The name has the hash, so that servers can have it cached for ever.
const name = `zkpass-${hash.slice(0, 16)}.wasm`;
renameSync(built, join(dist, name));
writeFileSync(join(dist, "wasm.js"), `export const wasm = new URL("./${name}", import.meta.url);\n`);
const bytes = (name) => `Uint8Array.from(atob("${readFileSync(join(here, "kernels", `${name}.wasm`)).toString("base64")}"), (c) => c.charCodeAt(0))`;
writeFileSync(join(dist, "kernelcode.js"), ["gf128", "stubs"].map((name) => `export const ${name} = ${bytes(name)};\n`).join(""));
copyFileSync(join(run("go", ["env", "GOROOT"]), "lib/wasm/wasm_exec.js"), join(dist, "wasm_exec.js"));
console.log(`${name} sha256 ${hash}`);

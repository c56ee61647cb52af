// Assembles the kernels: node kernels/assemble.mjs DIR writes gf128.wasm and stubs.wasm there,
// in this directory if there is none. It needs what npm ci installs.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

const here = dirname(fileURLToPath(import.meta.url));
const { parseWat } = await wabt();
for (const name of ["gf128", "stubs"]) {
  const module = parseWat(`${name}.wat`, readFileSync(join(here, `${name}.wat`), "utf8"), { simd: true, mutable_globals: true });
  module.validate();
  writeFileSync(join(process.argv[2] ?? here, `${name}.wasm`), module.toBinary({}).buffer);
  module.destroy();
}

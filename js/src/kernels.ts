import { gf128, stubs } from "./kernelcode.js";

/** What Go imports of the kernels: js/kernels/stubs.wat. */
interface Stubs {
  table: WebAssembly.Table;
  bound: WebAssembly.Global<"i32">;
}

/**
 * Puts the kernels into the imports of the Go program and returns what binds them to its memory, to
 * be called before it runs. Where the engine has no SIMD, Go uses its own kernels.
 */
export function kernels(imports: WebAssembly.Imports): (go: WebAssembly.Instance) => void {
  const stub = new WebAssembly.Instance(new WebAssembly.Module(stubs));
  imports["zkpass_gf128"] = stub.exports as WebAssembly.ModuleImports;
  const { table, bound } = stub.exports as unknown as Stubs;
  return (go) => {
    if (!WebAssembly.validate(gf128)) return;
    new WebAssembly.Instance(new WebAssembly.Module(gf128), { go: { mem: go.exports["mem"]! }, zkpass: { table } });
    bound.value = 1;
  };
}

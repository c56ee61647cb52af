/** Where the WebAssembly is in the package. The module is made by build.mjs. */
export const wasm: URL;

// The bytes of kernels/*.wasm. The module is made by build.mjs.
export const gf128: Uint8Array<ArrayBuffer>;
export const stubs: Uint8Array<ArrayBuffer>;

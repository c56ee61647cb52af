// Go's JavaScript for WebAssembly, of the Go release that compiles it; make js copies it.
export {};

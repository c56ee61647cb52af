// Proves and verifies Jane's token, in Node or a page, and tells how long it took.
const encode = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const utf8 = new TextEncoder();

export async function measure({ createRequest, generateKey, load, prove, publicJWK, verify }, claims, query, rounds) {
  const issuer = await generateKey();
  const jwk = await publicJWK(issuer);
  const input = `${encode(utf8.encode(JSON.stringify({ alg: "ES256", kid: jwk.kid })))}.${encode(utf8.encode(`{"data":${claims.trim()}}`))}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, issuer.privateKey, utf8.encode(input));
  const token = `${input}.${encode(new Uint8Array(signature))}`;
  const timed = async (f) => {
    const start = performance.now();
    const result = await f();
    return [result, Math.round(performance.now() - start)];
  };
  const [, loading] = await timed(load);
  const { dvrToken } = await createRequest({ title: "Account holder", query, issuers: { "": { jwks: { keys: [jwk] } } } }, await generateKey());
  const figures = { load_ms: loading, prove_ms: [], verify_ms: [], proof_bytes: 0, output: "" };
  for (let i = 0; i < rounds; i++) {
    const [proof, proving] = await timed(() => prove(dvrToken, token));
    const [outcome, verifying] = await timed(() => verify(proof, dvrToken, { once: null, allowLocal: true }));
    figures.prove_ms.push(proving);
    figures.verify_ms.push(verifying);
    figures.proof_bytes = proof.length;
    figures.output = outcome.output;
  }
  return figures;
}

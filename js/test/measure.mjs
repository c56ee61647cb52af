// Proves and verifies Jane's token, in Node or a page, and tells how long it took.
const encode = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const utf8 = new TextEncoder();

const algorithms = {
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
};

export async function measure({ createRequest, generateKey, load, prove, verify }, claims, query, rounds, alg = "ES256") {
  const issuer = await crypto.subtle.generateKey(algorithms[alg], false, ["sign", "verify"]);
  const jwk = { ...(await crypto.subtle.exportKey("jwk", issuer.publicKey)), alg, use: "sig", kid: "k1", key_ops: undefined, ext: undefined };
  const input = `${encode(utf8.encode(JSON.stringify({ alg, kid: jwk.kid })))}.${encode(utf8.encode(`{"data":${claims.trim()}}`))}`;
  const signature = await crypto.subtle.sign(algorithms[alg], issuer.privateKey, utf8.encode(input));
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

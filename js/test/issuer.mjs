// An issuer as others write one, with jose, for tests.
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export async function newIssuer(alg = "ES256") {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg, use: "sig", kid: "k1" }] };
  const issue = (claims) => new SignJWT(claims).setProtectedHeader({ alg, kid: "k1" }).sign(privateKey);
  return { jwks, issue };
}

/** A code that a promise is to be rejected with, by an error of the package. */
export function refused(code, more = {}) {
  return (error) => {
    if (error.name !== "ZkPassError" || error.code !== code || !error.message) throw new Error(`want a ZkPassError ${code}, got ${error.stack} (${error.code})`);
    for (const [name, value] of Object.entries(more)) if (error[name] !== value) throw new Error(`want ${name} ${value}, got ${error[name]}`);
    return true;
  };
}

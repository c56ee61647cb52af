// Compiled, not run: what programs in TypeScript may write, and what they may not.
import { createRequest, explain, generateKey, KeySets, MemoryOnce, prove, Service, verify, Verifier, ZkPassError } from "@zkpass-go/sdk";
import type { ErrorCode, Outcome } from "@zkpass-go/sdk";

export async function exchange(token: string): Promise<boolean> {
  const keySets = new KeySets({ hosts: ["op.example"] });
  const { dvrToken } = await createRequest({ title: "T", query: [], issuers: { "": { jwks: "https://op.example/jwks", format: "jwt" } } }, await generateKey(), { keySets });
  const text: string = (await explain([])).reads[0]?.text ?? "";
  const proof: string = await prove(dvrToken, { "": token }, { onProgress: ({ step }) => console.log(step, text), signal: AbortSignal.timeout(1000), keySets });
  await new Service("https://zkpass.example", { apiKey: "a:b" }).prove(dvrToken, token);
  await new Verifier("https://verifier.example").verify({ proof, dvrId: "id" });
  // @ts-expect-error: either the id or the token
  await new Verifier("https://verifier.example").verify({ proof });
  // @ts-expect-error: once must be decided
  await verify(proof, dvrToken, {});
  // @ts-expect-error: no such format
  await explain([], { documents: { "": "xml" } });
  try {
    const outcome: Outcome = await verify(proof, dvrToken, { once: new MemoryOnce(), keySets });
    return outcome.outputs["result"] === true;
  } catch (error) {
    if (!(error instanceof ZkPassError)) throw error;
    const code: ErrorCode = error.code;
    // @ts-expect-error: no such code
    return code === "no such code";
  }
}

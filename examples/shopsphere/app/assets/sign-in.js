// Signs in at the provider from the page itself, so that the ID token comes here and not
// to the server. Without this script, or in a browser that could not prove, the form
// goes to the server, which then makes the proof.
const form = document.querySelector("form[data-plan]");
const plan = JSON.parse(form.dataset.plan);

const able = typeof WebAssembly === "object" && typeof Worker === "function" && globalThis.crypto?.subtle && (() => {
  try {
    sessionStorage.setItem("test", "");
    sessionStorage.removeItem("test");
    return true;
  } catch {
    return false; // storage is switched off
  }
})();

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function signIn() {
  const [state, verifier] = [random(), random()];
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  sessionStorage.setItem(`sign-in ${state}`, JSON.stringify({ verifier, transaction: plan.transaction, path: plan.path, nonce: plan.nonce, begun: Date.now() }));
  const target = new URL(plan.authorize);
  for (const [name, value] of Object.entries({
    client_id: plan.client, redirect_uri: plan.redirect, response_type: "code", response_mode: "fragment", scope: plan.scope,
    state, nonce: plan.nonce, code_challenge: challenge, code_challenge_method: "S256",
  })) target.searchParams.set(name, value);
  if (form.elements.account) target.searchParams.set("prompt", "login");
  location.assign(target);
}

if (able) {
  if (["token", "proof"].some((kind) => sessionStorage.getItem(`${kind} ${plan.transaction}`))) location.replace(`${plan.path}/page`);
  for (const note of document.querySelectorAll("[data-way]")) note.hidden = note.dataset.way !== "page";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    signIn().catch(() => form.submit());
  });
}

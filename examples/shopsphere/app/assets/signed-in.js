// Exchanges the code that the provider has sent the browser back with, in the fragment of
// the address, for the ID token, and goes on to the question.
const plan = JSON.parse(document.querySelector("[data-plan]").dataset.plan);
const answer = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);

const tenMinutes = 10 * 60 * 1000;

/** The sign-in that this tab has begun, and that this is the end of. */
function begun() {
  const key = `sign-in ${answer.get("state")}`;
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  return kept && Date.now() - kept.begun < tenMinutes ? kept : null;
}

/** The claims of an ID token that is for this sign-in; it comes from the provider itself, over TLS. */
function claimsOf(token, nonce) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
  const right = claims.iss === plan.issuer && [claims.aud].flat().includes(plan.client) && claims.nonce === nonce && claims.exp * 1000 > Date.now();
  if (!right) throw new Error("the ID token is not right");
  return claims;
}

async function finish() {
  const kept = begun();
  if (!kept) {
    document.getElementById("wait").hidden = true;
    document.getElementById("over").hidden = false;
    document.querySelector("#over h1").focus();
    return;
  }
  if (answer.get("error") || (answer.has("iss") && answer.get("iss") !== plan.issuer)) return location.replace(`${kept.path}?problem=login`);
  let response;
  try {
    response = await fetch(plan.token, {
      method: "POST", credentials: "omit", redirect: "error",
      body: new URLSearchParams({
        grant_type: "authorization_code", code: answer.get("code") ?? "", redirect_uri: plan.redirect, client_id: plan.client, code_verifier: kept.verifier,
      }),
    });
  } catch {
    return location.replace(`${kept.path}?problem=provider`);
  }
  try {
    if (!response.ok) throw new Error("no token");
    const token = (await response.json()).id_token;
    claimsOf(token, kept.nonce);
    sessionStorage.setItem(`token ${kept.transaction}`, token);
    location.replace(`${kept.path}/page`);
  } catch {
    location.replace(`${kept.path}?problem=login`);
  }
}

finish();

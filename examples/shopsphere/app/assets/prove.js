// Asks for consent and makes the proof, in the page. The ID token is kept in this tab
// until the proof is made or refused, and goes nowhere.
const sections = Object.fromEntries(["wait", "consent", "proving", "done"].map((id) => [id, document.getElementById(id)]));
const plan = JSON.parse(sections.consent.dataset.plan);
const kept = { token: `token ${plan.transaction}`, proof: `proof ${plan.transaction}` };

function show(id) {
  for (const [name, section] of Object.entries(sections)) section.hidden = name !== id;
  const heading = sections[id].querySelector("h1");
  document.title = document.title.replace(/^.* · /, `${heading.textContent} · `);
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

const problem = (code) => location.replace(`${plan.path}?problem=${encodeURIComponent(code)}`);
const forget = () => sessionStorage.removeItem(kept.token);

function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
}

/** Marks what differs from the account, and says what the answer would be. */
function fill(claims) {
  const own = (name) => (Object.hasOwn(claims, name) ? claims[name] : undefined);
  let yes = true;
  const rows = sections.consent.querySelectorAll("[data-claim]");
  for (const row of rows) {
    const claim = row.dataset.claim;
    const same = claim ? own(claim) === row.dataset.want : claims.exp * 1000 > Date.now();
    yes &&= same;
    row.classList.add(same ? "same" : "differs");
    if (!same && claim) row.querySelector("[data-yours]").textContent = String(own(claim) ?? plan.missing);
  }
  const answer = rows.length === 0 ? "any" : yes ? "yes" : "no";
  for (const part of sections.consent.querySelectorAll("[data-answer]")) part.hidden = part.dataset.answer !== answer;
  for (const name of document.querySelectorAll("[data-name]")) name.textContent = own("name") ?? own("email") ?? own("sub") ?? "";
  const keeps = sections.consent.querySelector("[data-keeps]");
  for (const name of Object.keys(claims).sort()) {
    if (plan.asked.includes(name) || plan.technical.includes(name)) continue;
    keeps.append(Object.assign(document.createElement("li"), { textContent: plan.claims[name] ?? JSON.stringify(name) }));
  }
}

const bar = document.getElementById("bar");
const step = document.getElementById("step");
let under; // the proof that is being made, as what stops it

function progress({ step: name, done, total }) {
  bar.value = Math.round((100 * done) / total);
  const text = plan.steps[name] ?? plan.other;
  if (step.textContent !== text) step.textContent = text;
}

async function agree(event) {
  event.preventDefault();
  if (under) return;
  const own = (under = new AbortController());
  show("proving");
  try {
    const { prove } = await import(plan.sdk);
    const proof = await prove(plan.request, { "": sessionStorage.getItem(kept.token) ?? "" }, {
      keySets: plan.keySets, signal: own.signal, onProgress: (now) => own.signal.aborted || progress(now),
    });
    if (own.signal.aborted) return;
    sessionStorage.setItem(kept.proof, proof);
    forget();
    sendable(proof);
    sections.done.querySelector("form").submit();
  } catch (error) {
    if (!own.signal.aborted) problem(error.code ?? "not-loaded");
  }
}

function stop() {
  under?.abort();
  under = undefined;
  bar.value = 0;
  document.getElementById("stopped").hidden = false;
  show("consent");
}

function sendable(proof) {
  sections.done.querySelector("input[name=proof]").value = proof;
  show("done");
}

const [token, proof] = [sessionStorage.getItem(kept.token), sessionStorage.getItem(kept.proof)];
if (proof) {
  sendable(proof);
} else if (token) {
  fill(claimsOf(token));
  show("consent");
  for (const form of sections.consent.querySelectorAll("form.agree")) form.addEventListener("submit", agree);
  for (const form of sections.consent.querySelectorAll("form.leave")) form.addEventListener("submit", forget);
  document.getElementById("stop").addEventListener("click", stop);
  // While the customer reads.
  import(plan.sdk).then(({ load }) => load()).catch(() => {});
} else {
  location.replace(plan.path);
}
// Coming back to this page shows where it stands by now.
addEventListener("pageshow", (event) => event.persisted && location.reload());

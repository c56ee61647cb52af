// Shows how far the proof is and goes on when it is there. Without this script the
// page loads itself anew every two seconds.
const card = document.querySelector("[data-progress]");
const bar = document.getElementById("bar");
const step = document.getElementById("step");

async function look() {
  try {
    const answer = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      location.reload();
      return;
    }
    const now = await answer.json();
    if (now.ended) {
      location.reload();
      return;
    }
    bar.value = now.percent;
    if (step.textContent !== now.step) {
      step.textContent = now.step;
    }
  } catch {
    step.textContent = card.dataset.lost;
  }
  setTimeout(look, 300);
}

setTimeout(look, 150);

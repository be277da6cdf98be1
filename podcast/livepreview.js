// Asks the preview server whether the page is out of date, and shows what is wrong in the files.
"use strict";

const version = Number(new URL(document.currentScript.src).search.slice(1));
const box = document.createElement("div");
box.setAttribute("role", "status");
Object.assign(box.style, {
  position: "fixed", insetInline: "0", bottom: "0", zIndex: "99", padding: "0.5rem 1rem", maxHeight: "40vh",
  overflow: "auto", whiteSpace: "pre-wrap", font: "0.875rem/1.5 monospace", background: "#7a0c0c", color: "#fff",
});
box.hidden = true;
document.body.append(box);

async function ask() {
  try {
    const answer = await fetch("/.preview/state.json", { cache: "no-store" });
    const state = await answer.json();
    if (state.version !== version) {
      location.reload();
      return;
    }
    box.textContent = state.problems.join("\n");
    box.hidden = state.problems.length === 0;
  } catch {
    // the preview was ended; it may come back
  }
  setTimeout(ask, 1000);
}

ask();

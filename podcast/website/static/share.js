// Buttons that copy the link of an episode, the link to a moment of it, or the code that shows its player elsewhere.
// Without this script the link stands there to be copied.

function start(box) {
  box.append(box.querySelector("template").content.cloneNode(true));
  const buttons = box.querySelector(".buttons");
  const { link, title, copied, byHand } = buttons.dataset;
  const part = (name) => buttons.querySelector(`[data-do=${name}]`);
  const said = box.querySelector(".said"), spare = box.querySelector("textarea");
  let at = "0:00";

  const copy = async (text) => {
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(text);
      spare.hidden = true;
      said.textContent = copied;
    } catch { // not allowed, or not there without https
      spare.value = text;
      spare.hidden = false;
      spare.select();
      said.textContent = byHand;
    }
  };

  part("link").addEventListener("click", () => copy(link));
  part("moment").addEventListener("click", () => copy(`${link}#t=${at}`));
  part("embed").addEventListener("click", () => copy(part("embed").dataset.code));
  part("share").hidden = !navigator.share;
  part("share").addEventListener("click", () => navigator.share({ title, url: link }).catch(() => {}));
  document.querySelector("[data-player]")?.addEventListener("moment", (event) => {
    at = event.detail.shown;
    part("moment").hidden = event.detail.at < 1;
    const label = part("moment").dataset.label.replace("{at}", at);
    if (part("moment").textContent !== label) part("moment").textContent = label;
  });
}

const box = document.querySelector(".share");
if (box) start(box);

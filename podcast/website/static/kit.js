// The kit of newsletter authors: picks an episode, shows its teaser as mails show it, and copies it.
const kit = document.getElementById("kit");
const part = (name) => document.getElementById(`kit-${name}`);
const picks = part("picks"), older = part("older"), filter = part("filter"), frame = part("frame");
const episodes = new Map();
const { lang } = document.documentElement, DATES = lang === "en" ? "en-GB" : lang;  // dates as on the pages
let following = kit.dataset.catalogue, chosen = null, asked = null;

// As Python's quote_plus writes the value of a query.
const quoted = (text) => encodeURIComponent(text.toWellFormed ? text.toWellFormed() : text)
  .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`).replace(/%20/g, "+");

const query = new RegExp(`[?&](?:amp;)?utm_source=newsletter&(?:amp;)?utm_medium=email&(?:amp;)?utm_campaign=${kit.dataset.campaign}`, "g");

function written(form) {
  const length = new FormData(part("form")).get("length"), campaign = part("campaign").value.trim();
  const text = chosen.texts[chosen.teasers[length][form][part("system").value]];
  return campaign ? text.replaceAll(chosen.campaign, () => quoted(campaign)) : text.replace(query, "");
}

function show() {
  if (!chosen) return;
  const view = new FormData(part("view")), dark = view.get("view") === "dark";
  // many mail clients turn colours round in the dark; nothing is loaded where pictures are off
  const bare = view.get("bare") ? `<meta http-equiv="Content-Security-Policy" content="img-src 'none'">` : "";
  const turned = "html{filter:invert(1) hue-rotate(180deg);background:#fff}img{filter:invert(1) hue-rotate(180deg)}";
  const style = `<style>body{margin:0;padding:12px;background:#fff;color:#14213d}${dark ? turned : ""}</style>`;
  const page = `<!doctype html><html lang="${document.documentElement.lang}"><head><meta charset="utf-8">${bare}<title>${part("preview").textContent}</title>${style}</head>`;
  frame.className = view.get("view");
  frame.srcdoc = `${page}<body>${written("html")}</body></html>`;
  part("source").value = written("html");
  part("status").textContent = "";
}

function fit() {
  frame.style.height = "";
  frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + 2}px`;
}

async function pick(episode, button) {
  for (const other of picks.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  asked = episode.guid;
  const found = await read(episode.teasers);
  if (!found || asked !== episode.guid) return;
  chosen = found;
  part("title").textContent = episode.title;
  part("made").hidden = false;
  show();
}

async function read(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } catch {
    part("found").textContent = kit.dataset.unread;
    return null;
  }
}

function add(episode) {
  if (episodes.has(episode.guid)) return;
  const button = document.createElement("button"), title = document.createElement("strong");
  const date = new Date(episode.published.slice(0, 10));  // the day of the show, wherever it is read
  const day = date.toLocaleDateString(DATES, { dateStyle: "long", timeZone: "UTC" });
  const people = episode.people.map((person) => person.name).join(", ");
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  title.textContent = episode.title;
  button.append(title, [episode.number, day, people].filter(Boolean).join(" · "));
  button.addEventListener("click", () => pick(episode, button));
  const row = document.createElement("li");
  row.append(button);
  picks.append(row);
  const said = [episode.title, episode.number, people, episode.topics.join(" "), episode.summary].join(" ");
  episodes.set(episode.guid, { row, said: said.toLowerCase() });
}

function sift() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { row, said } of episodes.values()) {
    row.hidden = !words.every((word) => said.includes(word));
    count += row.hidden ? 0 : 1;
  }
  part("found").textContent = kit.dataset[count === 1 ? "one" : "many"].replace("{count}", count);
}

async function load() {
  older.disabled = true;
  const page = following && await read(following);
  older.disabled = false;
  if (!page) return;
  page.episodes.forEach(add);
  following = page.next;
  older.hidden = !following;
  sift();
}

async function copy(form) {
  const label = document.querySelector(`[data-form="${form}"]`).textContent;
  try {
    if (form === "rich") {
      const plain = new Blob([written("text")], { type: "text/plain" });
      await navigator.clipboard.write([
        new ClipboardItem({ "text/html": new Blob([written("html")], { type: "text/html" }), "text/plain": plain }),
      ]);
    } else {
      await navigator.clipboard.writeText(written(form));
    }
    part("status").textContent = kit.dataset.copied.replace("{what}", () => label);
  } catch {
    part("status").textContent = kit.dataset.failed;
  }
}

for (const name of ["form", "view"]) {
  part(name).addEventListener("submit", (event) => event.preventDefault());
  part(name).addEventListener("input", show);
}
for (const button of document.querySelectorAll("button[data-form]")) {
  button.addEventListener("click", () => copy(button.dataset.form));
}
frame.addEventListener("load", fit);
addEventListener("resize", fit);
filter.addEventListener("input", sift);
older.addEventListener("click", load);
kit.hidden = false;
load();

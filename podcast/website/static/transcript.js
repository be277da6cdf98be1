// The transcript in the page: it follows along, leads to every moment, and can be searched. Without this script there is
// the published page of the transcript in a frame.

const PARAGRAPH = 400; // characters, after which one ends with the next sentence

/** Fold text so that umlauts are found however they are typed; `places` says where each letter came from. */
function folded(text) {
  const special = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };
  let plain = "";
  const places = [];
  [...text].reduce((place, letter) => {
    const lower = letter.toLowerCase();
    const letters = special[lower] ?? lower.normalize("NFD").replace(/\p{M}/gu, "");
    for (const one of letters) {
      plain += one;
      places.push(place);
    }
    return place + letter.length;
  }, 0);
  return { plain, places };
}

function clock(seconds) {
  const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Gather cues to paragraphs: a new one with each speaker, and after a sentence where it grows long. */
function paragraphs(cues) {
  const found = [];
  for (const cue of cues) {
    const last = found.at(-1);
    const full = last && last.length > PARAGRAPH && /[.!?…]["”“»«’)]*$/u.test(last.cues.at(-1).text);
    if (!last || last.speaker !== cue.speaker || full) found.push({ speaker: cue.speaker, cues: [cue], length: 0 });
    else last.cues.push(cue);
    found.at(-1).length += cue.text.length;
  }
  return found;
}

class Reader {
  constructor(details, player) {
    this.details = details;
    this.player = player;
    this.cues = [];
    this.now = null;
    this.found = [];
    this.hit = -1;
    details.hidden = false;
    const frame = details.querySelector("iframe");
    frame?.remove(); // it would load with the first look inside
    details.append(details.querySelector("template").content.cloneNode(true));
    this.reader = details.querySelector(".reader");
    this.list = details.querySelector(".cues");
    this.follow = details.querySelector("[data-do=follow]");
    const open = () => this.load().catch(() => this.fail(frame));
    if (details.open) open();
    else details.addEventListener("toggle", open, { once: true });
    this.listen();
  }

  async load() {
    const answer = await fetch(this.details.dataset.cues);
    if (!answer.ok) throw new Error(answer.statusText);
    const { segments } = await answer.json();
    const cues = segments.map((part) => ({
      speaker: part.speaker ?? "",
      start: Number(part.startTime),
      end: Number(part.endTime ?? part.startTime),
      text: String(part.body ?? "").trim().normalize("NFC"),
    }));
    this.show(cues.filter((cue) => cue.text && Number.isFinite(cue.start)));
    this.mark(this.at ?? 0);
  }

  fail(frame) {
    this.reader.querySelector(".failed").hidden = false;
    this.reader.querySelector(".bar").hidden = this.list.hidden = true;
    if (frame) this.details.append(frame);
  }

  show(cues) {
    let speaker = "";
    const rows = paragraphs(cues).map((part) => {
      const start = part.cues[0].start;
      const text = element("p", {});
      for (const cue of part.cues) {
        const span = element("span", { textContent: cue.text });
        text.append(span, " ");
        this.cues.push({ ...cue, span });
      }
      const time = element("a", { href: `#t=${start}`, textContent: clock(start) });
      const who = part.speaker && part.speaker !== speaker ? [element("cite", { textContent: part.speaker })] : [];
      speaker = part.speaker;
      return element("li", {}, element("div", { className: "who" }, time, ...who), text);
    });
    this.cues.sort((one, other) => one.start - other.start);
    this.list.replaceChildren(...rows);
  }

  listen() {
    const { details, list, follow } = this;
    this.player.addEventListener("moment", (event) => this.mark(event.detail.at));
    list.addEventListener("click", (event) => {
      const cue = this.cues.find((one) => one.span === event.target);
      if (cue && getSelection().isCollapsed) this.player.dispatchEvent(new CustomEvent("jump", { detail: cue.start }));
    });
    // who scrolls wants to read elsewhere
    for (const moved of ["wheel", "touchmove"]) {
      list.addEventListener(moved, () => { follow.checked = false; }, { passive: true });
    }
    follow.addEventListener("change", () => follow.checked && this.now && this.bring(this.now.span));
    const field = details.querySelector("input[type=search]");
    field.addEventListener("input", () => this.search(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.turn(event.shiftKey ? -1 : 1);
    });
    for (const [name, way] of [["previous", -1], ["next", 1]]) {
      details.querySelector(`[data-do=${name}]`).addEventListener("click", () => this.turn(way));
    }
  }

  /** Mark what is said at a moment. */
  mark(at) {
    this.at = at;
    const cue = this.cues.findLast((one) => one.start <= at) ?? null;
    const now = cue && at <= Math.max(cue.end, cue.start + 2) ? cue : null;
    if (now === this.now) return;
    this.now?.span.removeAttribute("aria-current");
    this.now = now;
    now?.span.setAttribute("aria-current", "true");
    if (now && this.follow.checked) this.bring(now.span);
  }

  /** Scroll within the box alone, so that the page stays where it is. */
  bring(span) {
    const { list } = this;
    const box = list.getBoundingClientRect(), line = span.getBoundingClientRect();
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = list.scrollTop + line.top - box.top - list.clientHeight / 3;
    list.scrollTo({ top, behavior: smooth ? "smooth" : "instant" });
  }

  search(text) {
    const { plain: wanted } = folded(text.trim().normalize("NFC"));
    this.found = wanted.length > 1 ? [...this.list.querySelectorAll("p")].flatMap((part) => ranges(part, wanted)) : [];
    this.hit = -1;
    globalThis.CSS.highlights?.set("found", new Highlight(...this.found));
    for (const button of this.reader.querySelectorAll(".bar button")) button.disabled = !this.found.length;
    this.tell(wanted.length > 1);
    if (this.found.length) this.turn(1);
    else this.emphasize(null);
  }

  turn(way) {
    if (!this.found.length) return;
    this.hit = (this.hit + way + this.found.length) % this.found.length;
    this.follow.checked = false;
    const range = this.found[this.hit];
    this.emphasize(range);
    this.bring(range);
    this.tell(true);
  }

  emphasize(range) {
    globalThis.CSS.highlights?.set("hit", range ? new Highlight(range) : new Highlight());
    for (const row of this.list.children) row.classList.toggle("hit", Boolean(range && row.contains(range.startContainer)));
  }

  tell(searched) {
    const place = this.reader.querySelector(".count");
    const { found, none } = place.dataset;
    const told = found.replace("{at}", this.hit + 1).replace("{count}", this.found.length);
    place.textContent = !searched ? "" : this.found.length ? told : none;
  }
}

/** Return the places of a paragraph where folded text stands, also across cues. */
function ranges(part, wanted) {
  const nodes = [], starts = [];
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  let text = "";
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
    starts.push(text.length);
    text += walker.currentNode.data;
  }
  const { plain, places } = folded(text);
  const set = (range, side, place) => {
    const index = starts.findLastIndex((start) => start <= place);
    range[side](nodes[index], place - starts[index]);
  };
  const found = [];
  for (let at = plain.indexOf(wanted); at >= 0; at = plain.indexOf(wanted, at + wanted.length)) {
    const range = new Range();
    set(range, "setStart", places[at]);
    set(range, "setEnd", places[at + wanted.length - 1]);
    range.setEnd(range.endContainer, Math.min(range.endOffset + 1, range.endContainer.length));
    found.push(range);
  }
  return found;
}

const details = document.querySelector("details.transcript");
const player = document.querySelector("[data-player]");
if (details?.dataset.cues && player) new Reader(details, player);

/** Open the transcript for whoever follows a link to it, as teasers have one. */
function reveal() {
  if (!details || location.hash !== "#transcript") return;
  details.open = true;
  details.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

// The player: the browser's own audio with a waveform to seek in, chapters, speed, links to a moment, keys, and a memory
// for where one stopped. Without this script the page has the browser's controls, and chapters that lead into the file.

const STEP = 5, BACK = 15, AHEAD = 30; // seconds
const SPEED = "folge:speed", KEYS = "folge:keys";

/** What this browser remembers; nothing where it does not want to. */
const memory = {
  get(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  },
  set(name, value) {
    try { localStorage.setItem(name, value); } catch { /* then it is forgotten */ }
  },
  forget(name) {
    try { localStorage.removeItem(name); } catch { /* nothing was kept */ }
  },
};

/** Write seconds as `2:05` or `1:02:30`. */
function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Read the moment in `#t=12:30`, `#t=750` or `#t=1:02:30`; null where there is none. */
function moment(hash) {
  const found = /^#(?:.*&)?t=((?:\d+:){0,2}\d+(?:\.\d+)?)(?:&|$)/.exec(hash);
  return found ? found[1].split(":").reduce((sum, part) => sum * 60 + Number(part), 0) : null;
}

class Player {
  constructor(root) {
    this.root = root;
    this.audio = root.querySelector("audio");
    this.wanted = null; // where to begin once anything is loaded
    this.dragged = null;
    this.started = false;
    this.chapters = [...document.querySelectorAll("ol.chapters > li[data-start]")].map((row) => ({
      row,
      start: Number(row.dataset.start),
      end: row.dataset.end ? Number(row.dataset.end) : Infinity,
      title: row.querySelector(".title").textContent,
    }));
    root.append(root.querySelector("template").content.cloneNode(true));
    this.range = root.querySelector("input[type=range]");
    this.range.max = this.length;
    this.show("length", this.length ? clock(this.length) : "…");
    for (const { row, start } of this.chapters) row.querySelector("a.at").href = `#t=${start}`;
    this.listen();
    this.remember();
    this.begin();
    this.draw();
    this.audio.controls = false; // now that nothing can fail any more
    root.classList.add("ready");
  }

  /** One part of the player by what it does. */
  part(name) {
    return this.root.querySelector(`[data-do=${name}]`);
  }

  show(name, text) {
    const place = this.root.querySelector(`[data-shown=${name}]`);
    if (place.textContent !== text) place.textContent = text;
  }

  get length() {
    const known = this.audio.duration;
    return Number.isFinite(known) && known > 0 ? known : Number(this.root.dataset.length);
  }

  get at() {
    return this.dragged ?? this.wanted ?? this.audio.currentTime;
  }

  /** Go to a moment; what is not loaded yet begins there. */
  seek(seconds) {
    const to = Math.min(Math.max(0, seconds), this.length);
    if (this.audio.readyState > 0) this.audio.currentTime = to;
    else this.wanted = to;
    this.paint();
  }

  play() {
    this.audio.play().catch((error) => {
      if (error.name !== "AbortError") this.fail();
    });
  }

  toggle() {
    if (this.audio.paused) this.play();
    else this.audio.pause();
  }

  /** Go somewhere because somebody asked for it, and play from there. */
  jump(seconds) {
    this.seek(seconds);
    this.play();
  }

  fail() {
    const told = this.root.querySelector(".failed");
    told.textContent = told.dataset.failed;
  }

  listen() {
    const { audio, root, range } = this;
    audio.addEventListener("loadedmetadata", () => {
      range.max = this.length;
      this.show("length", this.length ? clock(this.length) : "…");
      if (this.wanted !== null) audio.currentTime = Math.min(this.wanted, this.length);
      this.wanted = null;
    });
    audio.addEventListener("play", () => this.playing(true));
    audio.addEventListener("pause", () => this.playing(false));
    audio.addEventListener("waiting", () => root.classList.add("waiting"));
    audio.addEventListener("playing", () => root.classList.remove("waiting"));
    audio.addEventListener("timeupdate", () => this.paint());
    audio.addEventListener("seeked", () => this.paint());
    audio.addEventListener("error", () => this.fail());
    audio.addEventListener("volumechange", () => this.part("mute").setAttribute("aria-pressed", audio.muted));

    root.addEventListener("click", (event) => this.act(event.target.closest("button")?.dataset.do));
    root.addEventListener("jump", (event) => this.jump(event.detail));
    range.addEventListener("input", () => {
      this.dragged = Number(range.value);
      this.paint();
    });
    range.addEventListener("change", () => {
      this.dragged = null;
      this.seek(Number(range.value));
    });
    document.addEventListener("click", (event) => this.follow(event));
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("hashchange", () => this.linked());
  }

  act(name) {
    const deeds = {
      toggle: () => this.toggle(),
      start: () => this.play(),
      anew: () => this.jump(0),
      back: () => this.seek(this.at - BACK),
      ahead: () => this.seek(this.at + AHEAD),
      mute: () => { this.audio.muted = !this.audio.muted; },
      keys: () => this.help(),
    };
    deeds[name]?.();
  }

  help() {
    const panel = this.root.querySelector(".keys");
    panel.hidden = !panel.hidden;
    this.part("keys").setAttribute("aria-expanded", String(!panel.hidden));
  }

  /** Play from the moment a link on this page leads to; a new tab is the browser's business. */
  follow(event) {
    const link = event.target.closest?.("a[href^='#t=']");
    const to = link ? moment(link.hash) : null;
    if (to === null || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.jump(to);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    const inside = this.root.contains(target);
    if (!inside && !this.part("everywhere").checked) return;
    if (target.closest("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable], .cues")) return;
    const deeds = {
      k: () => this.toggle(),
      j: () => this.seek(this.at - BACK),
      l: () => this.seek(this.at + AHEAD),
      m: () => { this.audio.muted = !this.audio.muted; },
      "?": () => this.help(),
      ArrowLeft: () => this.seek(this.at - STEP),
      ArrowRight: () => this.seek(this.at + STEP),
    };
    // the space bar presses what has the focus, and turns the page of who only reads
    if ((this.started || inside) && !target.closest("button, a, summary, [type=checkbox]")) deeds[" "] = deeds.k;
    const deed = deeds[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  /** Take up speed, keys and place from the last time, and keep them from now on. */
  remember() {
    const { audio, root } = this;
    const speed = this.part("speed"), everywhere = this.part("everywhere");
    const name = `folge:at:${root.dataset.player}`;
    if ([...speed.options].some((option) => option.value === memory.get(SPEED))) speed.value = memory.get(SPEED);
    const hasten = () => { audio.defaultPlaybackRate = audio.playbackRate = Number(speed.value); };
    speed.addEventListener("change", () => {
      hasten();
      memory.set(SPEED, speed.value);
    });
    hasten();
    everywhere.checked = memory.get(KEYS) !== "here";
    everywhere.addEventListener("change", () => memory.set(KEYS, everywhere.checked ? "everywhere" : "here"));

    let kept = 0;
    const keep = () => {
      if (!this.started || this.wanted !== null) return;
      kept = audio.currentTime;
      if (kept < STEP || this.length - kept < STEP) memory.forget(name);
      else memory.set(name, kept.toFixed(1));
    };
    audio.addEventListener("timeupdate", () => Math.abs(audio.currentTime - kept) > STEP && keep());
    for (const moved of ["pause", "seeked", "ended"]) audio.addEventListener(moved, keep);
    addEventListener("pagehide", keep);
    this.stopped = Number(memory.get(name)) || 0;
  }

  /** Offer to begin where a link leads, else where one stopped; nothing plays before somebody presses a button. */
  begin() {
    const linked = moment(location.hash);
    if (linked !== null) this.offer(linked, "deep");
    else if (this.stopped > 0 && this.stopped < this.length) this.offer(this.stopped, "resume");
    this.paint();
  }

  linked() {
    const to = moment(location.hash);
    if (to === null) return;
    if (this.audio.paused) this.offer(to, "deep");
    else this.seek(to);
  }

  offer(seconds, why) {
    const button = this.part("start");
    this.seek(seconds);
    button.textContent = button.dataset[why].replace("{at}", clock(this.at));
    button.parentElement.hidden = false;
  }

  playing(now) {
    const button = this.part("toggle");
    button.dataset.paused ??= button.getAttribute("aria-label");
    button.setAttribute("aria-label", now ? button.dataset.playing : button.dataset.paused);
    this.root.classList.toggle("playing", now);
    if (!now) return;
    this.started = true;
    this.root.querySelector(".failed").textContent = "";
    const offer = this.part("start").parentElement;
    if (offer.contains(document.activeElement)) button.focus();
    offer.hidden = true;
    this.announce();
  }

  /** Tell the system what plays, so that its keys and its lock screen work. */
  announce() {
    const session = navigator.mediaSession;
    if (!session) return;
    const { title, show, cover } = this.root.dataset;
    session.metadata = new MediaMetadata({ title, artist: show, album: show, artwork: cover ? [{ src: cover }] : [] });
    const handlers = {
      play: () => this.play(),
      pause: () => this.audio.pause(),
      seekbackward: (ask) => this.seek(this.at - (ask.seekOffset ?? BACK)),
      seekforward: (ask) => this.seek(this.at + (ask.seekOffset ?? AHEAD)),
      seekto: (ask) => this.seek(ask.seekTime),
    };
    if (this.chapters.length) {
      const starts = this.chapters.map((chapter) => chapter.start);
      handlers.previoustrack = () => this.seek(starts.findLast((start) => start < this.at - 2) ?? 0);
      handlers.nexttrack = () => this.seek(starts.find((start) => start > this.at) ?? this.at);
    }
    for (const [action, handler] of Object.entries(handlers)) {
      try { session.setActionHandler(action, handler); } catch { /* this browser does not know it */ }
    }
  }

  /** Show where we are: at most four times a second, and never aloud. */
  paint() {
    const { at, range, length } = this;
    this.root.style.setProperty("--played", String(length ? at / length : 0));
    this.show("at", clock(at));
    // a slider that has the focus would be read out with every change
    if (range !== document.activeElement || this.audio.paused || this.dragged !== null) {
      if (this.dragged === null) range.value = at;
      const said = range.dataset.value.replace("{at}", clock(at)).replace("{length}", clock(length));
      range.setAttribute("aria-valuetext", said);
    }
    const current = this.chapters.findLast((chapter) => chapter.start <= at);
    const now = current && at < current.end ? current : null;
    for (const chapter of this.chapters) {
      if (chapter === now) chapter.row.setAttribute("aria-current", "true");
      else chapter.row.removeAttribute("aria-current");
    }
    this.show("chapter", now?.title ?? "");
    this.root.dispatchEvent(new CustomEvent("moment", { detail: { at, shown: clock(at) } }));
  }

  /** Draw the waveform as bars, as many as there is room for; without one a line of dots. */
  async draw() {
    const wave = this.root.querySelector(".wave");
    const levels = await this.levels();
    const bars = (width, height) => {
      const count = Math.max(1, Math.floor(width / 4));
      const bar = (_, n) => {
        const from = Math.floor((n * levels.length) / count);
        const to = Math.max(from + 1, Math.floor(((n + 1) * levels.length) / count));
        const part = levels.slice(from, to);
        const level = part.reduce((sum, one) => sum + one, 0) / (part.length || 1) || 0;
        const half = Math.max(0.01, ((height - 4) / 2) * Math.min(1, level / 100));
        return `M${n * 4 + 2} ${(height / 2 - half).toFixed(1)}V${(height / 2 + half).toFixed(1)}`;
      };
      return Array.from({ length: count }, bar).join("");
    };
    const layer = () => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      return svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
    };
    const paths = [layer(), layer()];
    wave.append(...paths.map((path) => path.parentNode));
    for (const chapter of this.chapters.filter((one) => one.start > 0 && one.start < this.length)) {
      const mark = wave.appendChild(document.createElement("i"));
      mark.style.setProperty("left", `${(100 * chapter.start) / this.length}%`);
    }
    new ResizeObserver(() => {
      const shape = bars(wave.clientWidth, wave.clientHeight);
      for (const path of paths) path.setAttribute("d", shape);
    }).observe(wave);
  }

  async levels() {
    if (!this.root.dataset.peaks) return [];
    try {
      const answer = await fetch(this.root.dataset.peaks);
      return answer.ok ? (await answer.json()).levels : [];
    } catch {
      return [];
    }
  }
}

const root = document.querySelector("[data-player]");
if (root) new Player(root);

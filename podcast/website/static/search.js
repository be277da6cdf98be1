// Searches in the files beside the page. Whatever is shown of an episode is text: never markup of somebody else's.
(() => {
  const form = document.querySelector("form.search");
  const input = form.elements.q;
  const count = document.getElementById("count");
  const list = document.getElementById("results");
  const more = document.getElementById("more");
  const here = new URL(location.href.split(/[?#]/)[0].replace(/index\.html$/, ""));
  const AT_ONCE = 10;
  const WAIT = 250;
  const PARTS_AT_ONCE = 8;
  let found = [];
  let shown = 0;
  let turn = 0;
  let waiting = 0;
  let engine;

  // newer episodes are in parts of their own, below this one
  const parts = async () => {
    const answer = await fetch(new URL("parts.json", here));
    if (answer.status === 404) return [];
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const load = () => engine ??= import(new URL("pagefind.js", here)).then(async (pagefind) => {
    const options = { baseUrl: "/", excerptLength: 30 };
    try {
      await pagefind.options({ basePath: here.href, ...options });
      await pagefind.init();
      const left = await parts();
      const merge = async () => {
        while (left.length) await pagefind.mergeIndex(new URL(left.shift(), here).href, options);
      };
      await Promise.all(Array.from({ length: PARTS_AT_ONCE }, merge));
    } catch (error) {
      await pagefind.destroy(); // what is merged by half answers no question
      throw error;
    }
    return pagefind;
  }).catch((error) => { engine = undefined; throw error; });

  // "Müller" may be written "Mueller", and the other way round
  const spellings = (text) => {
    const wide = text.replace(/[äöüßÄÖÜ]/g, (letter) => ({ ä: "ae", ö: "oe", ü: "ue", ß: "ss", Ä: "Ae", Ö: "Oe", Ü: "Ue" })[letter]);
    const short = text.replace(/ae|oe|ue|Ae|Oe|Ue/g, (pair) => ({ ae: "ä", oe: "ö", ue: "ü", Ae: "Ä", Oe: "Ö", Ue: "Ü" })[pair]);
    return [...new Set([text, wide, short])];
  };

  const say = (kind, text) => {
    count.textContent = form.dataset[kind].replace("{count}", found.length).replace("{text}", () => text);
  };

  const marked = (excerpt) => {
    const parsed = new DOMParser().parseFromString(excerpt, "text/html").body;
    return [...parsed.childNodes].map((node) => {
      if (node.nodeName !== "MARK") return document.createTextNode(node.textContent);
      const mark = document.createElement("mark");
      mark.textContent = node.textContent;
      return mark;
    });
  };

  const element = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  const row = ({ meta, excerpt }) => {
    const link = element("a", "", meta.title);
    const address = new URL(meta.address, new URL("../", here));
    if (/^https?:$/.test(address.protocol)) link.href = address;
    return element("li", "", element("div", "", element("h2", "", link), element("p", "facts", meta.day ?? "")),
      element("p", "teaser", ...marked(excerpt)));
  };

  const show = async (mine) => {
    const rows = await Promise.all(found.slice(shown, shown + AT_ONCE).map((each) => each.data()));
    if (mine !== turn) return null;
    shown += rows.length;
    more.hidden = shown >= found.length;
    const made = rows.map(row);
    list.append(...made);
    return made[0];
  };

  const search = async () => {
    const text = input.value.trim();
    const mine = ++turn;
    clearTimeout(waiting);
    history.replaceState(null, "", text ? `?q=${encodeURIComponent(text)}` : location.pathname);
    if (!text) {
      found = [];
      list.replaceChildren();
      more.hidden = true;
      count.textContent = "";
      return;
    }
    try {
      if (!found.length) count.textContent = form.dataset.busy;
      const pagefind = await load();
      const best = new Map();
      for (const spelling of spellings(text)) {
        const seen = new Set();
        for (const result of (await pagefind.search(spelling)).results) {
          let id = result.id;
          while (seen.has(id)) id += "+"; // short hashes: those of two parts may be the same
          seen.add(id);
          if (!best.has(id) || best.get(id).score < result.score) best.set(id, result);
        }
        if (mine !== turn) return;
      }
      found = [...best.values()].sort((one, other) => other.score - one.score);
      shown = 0;
      list.replaceChildren();
      await show(mine);
      if (mine === turn) say(found.length > 1 ? "many" : found.length ? "one" : "none", text);
    } catch (error) {
      if (mine !== turn) return;
      found = [];
      list.replaceChildren();
      more.hidden = true;
      count.textContent = form.dataset.broken;
    }
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, WAIT); });
  more.addEventListener("click", async () => (await show(turn))?.querySelector("a").focus());
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  if (input.value) search();
})();

// The report's own script: it reads the data block, keeps the filters in the address, and draws table, map and dialog.
// Every text goes in through textContent. Offsets are Unicode code points.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { posts, claims, frames, groups, reasons, authors, sides, kinds } = data;
  const nClaims = claims.id.length;
  const find = (id) => document.getElementById(id);
  const rowOf = new Map(claims.id.map((id, i) => [id, i]));
  const stances = claims.id.map(() => []);
  for (const [i, frame, side, confidence] of data.stances) stances[i].push({ frame, side, confidence });
  const quotations = new Map();
  for (const [post, start, end, source] of data.quotations) quotations.set(post, [...(quotations.get(post) || []), { start, end, source }]);
  const nCounted = claims.counted.reduce((sum, one) => sum + one, 0);

  // ---- texts -------------------------------------------------------------------------------------------------------
  const wide = new Map();
  function slice(post, start, end) {
    const text = posts.text[post];
    if (!wide.has(post)) wide.set(post, /[\ud800-\udfff]/.test(text) ? Array.from(text) : null);
    const points = wide.get(post);
    return points ? points.slice(start, end).join("") : text.slice(start, end);
  }
  const lengthOf = (post) => (slice(post, 0, 0), wide.get(post) || posts.text[post]).length;
  const textOf = (i) => slice(claims.post[i], claims.start[i], claims.end[i]);
  const lower = new Map();
  function searchText(i) {
    if (!lower.has(i)) lower.set(i, textOf(i).toLowerCase());
    return lower.get(i);
  }
  function shorten(text, longest) {
    if (text.length <= longest) return text;
    const head = text.slice(0, longest);
    return (head.lastIndexOf(" ") > longest / 2 ? head.slice(0, head.lastIndexOf(" ")) : head).replace(/[\ud800-\udbff]$/, "");
  }
  const when = (seconds) => (seconds === null ? "" : `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`);
  const many = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

  // ---- elements ----------------------------------------------------------------------------------------------------
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }
  function makeMark(side, frame) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", `mark frame-${frame % 8}`);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#mark-${sides[side]}`);
    svg.append(use);
    return svg;
  }
  const makeStance = ({ frame, side }) => make("span", { class: "speaks" }, makeMark(side, frame), ` ${frames[frame].title}: ${sides[side]}`);
  const makeAuthor = (post) => (posts.author[post] < 0 ? make("span", { class: "unknown" }, "author unknown") : make("bdi", { class: "author" }, authors[posts.author[post]]));
  const makePermalink = (post) => (posts.url[post] ? make("a", { href: posts.url[post], rel: "noopener noreferrer nofollow" }, "permalink") : "");

  // ---- state: the filters, in the address --------------------------------------------------------------------------
  const MANY = ["author"];
  const KEYS = ["q", "frame", "side", "group", "author", "sort", "all", "kind", "reason", "why", "noauthor", "inframe", "ingroup", "from", "to", "depth", "page", "claim"];
  const BROWSING = ["page", "claim", "sort"];
  let state = {};
  function readAddress() {
    const address = location.hash.startsWith("#claims?") ? location.hash.slice(8) : location.hash.startsWith("#claim=") ? location.hash.slice(1) : "";
    const found = new URLSearchParams(address);
    return Object.fromEntries(KEYS.filter((key) => found.has(key)).map((key) => [key, MANY.includes(key) ? found.getAll(key).filter(Boolean) : found.get(key)]));
  }
  function address(values) {
    const words = new URLSearchParams();
    for (const key of KEYS) for (const value of [values[key]].flat()) if (value) words.append(key, value);
    return `#claims?${words}`;
  }
  function change(values, { replace = false } = {}) {
    const next = { ...state, page: "", ...values };
    history[replace ? "replaceState" : "pushState"](null, "", address(next));
    show();
  }

  function whyNotCounted(i) {
    if (claims.counted[i]) return "";
    if (claims.repeats[i] >= 0) return "repeat";
    const kind = kinds[claims.kind[i]];
    return kind === "quote" || kind === "other" ? kind : "language";
  }
  const depthFits = (depth, level) => (level.endsWith("+") ? depth >= Number.parseInt(level, 10) : depth === Number.parseInt(level, 10));
  const TESTS = {
    q: (i, words) => words.toLowerCase().split(/\s+/).every((word) => searchText(i).includes(word)),
    group: (i, id) => claims.group[i] >= 0 && groups[claims.group[i]].id === id,
    author: (i, names) => posts.author[claims.post[i]] >= 0 && names.includes(authors[posts.author[claims.post[i]]]),
    kind: (i, kind) => kinds[claims.kind[i]] === kind,
    reason: (i, reason) => claims.reason[i] >= 0 && reasons[claims.reason[i]] === reason,
    why: (i, why) => whyNotCounted(i) === why,
    depth: (i, level) => depthFits(posts.depth[claims.post[i]], level),
    noauthor: (i) => posts.author[claims.post[i]] < 0,
    inframe: (i, yes) => (stances[i].length > 0) === (yes === "yes"),
    ingroup: (i, yes) => (claims.group[i] >= 0) === (yes === "yes"),
    from: (i, time) => posts.time[claims.post[i]] !== null && posts.time[claims.post[i]] * 1000 >= Date.parse(time),
    to: (i, time) => posts.time[claims.post[i]] !== null && posts.time[claims.post[i]] * 1000 < Date.parse(time),
  };
  const stanceFits = (stance) => (!state.frame || frames[stance.frame].name === state.frame) && (!state.side || sides[stance.side] === state.side);
  function matching() {
    const tests = Object.entries(TESTS).filter(([key]) => state[key] && state[key].length);
    const found = [];
    for (let i = 0; i < nClaims; i++) {
      if (!claims.counted[i] && !state.all && !state.why) continue;
      if ((state.frame || state.side) && !stances[i].some(stanceFits)) continue;
      if (tests.every(([key, test]) => test(i, state[key]))) found.push(i);
    }
    const sureness = (i) => Math.max(0, ...stances[i].filter(stanceFits).map((stance) => stance.confidence));
    if (state.sort === "sure") found.sort((a, b) => sureness(b) - sureness(a) || a - b);
    if (state.sort === "time") found.sort((a, b) => (posts.time[claims.post[b]] || 0) - (posts.time[claims.post[a]] || 0) || a - b);
    return found;
  }

  // ---- the table ---------------------------------------------------------------------------------------------------
  const PAGE = 25;
  const form = find("filters");
  const box = find("rows");
  const table = find("table");
  let rows = [];
  const WORDS = {
    why: { repeat: "repeats", quote: "quoted words", other: "text without a claim", language: "other languages" },
    inframe: { yes: "in a frame", no: "in no frame" },
    ingroup: { yes: "in a group", no: "in no group" },
  };
  function chipText(key, value) {
    if (key === "frame") return (frames.find((frame) => frame.name === value) || { title: value }).title;
    if (key === "group") return `group: ${shorten((groups.find((group) => group.id === value) || { name: value }).name, 40)}`;
    if (key === "noauthor") return "author unknown";
    if (key === "all") return "counted or not";
    if (key === "from" || key === "to") return `${key === "from" ? "from" : "before"} ${String(value).replace("T", " ").replace("Z", " UTC")}`;
    if (key === "author") return value.length > 2 ? many(value.length, "author") : value.join(" or ");
    if (key === "depth") return `${value.replace("+", " or more")} ${value === "1" ? "step" : "steps"} down the replies`;
    if (key === "q") return `“${value}”`;
    return key in WORDS && Object.hasOwn(WORDS[key], value) ? WORDS[key][value] : value;
  }
  function drawChips() {
    const active = KEYS.filter((key) => !BROWSING.includes(key) && state[key] && state[key].length);
    const chips = active.map((key) => {
      const chip = make("button", { type: "button", "aria-label": `Remove the filter ${chipText(key, state[key])}` }, make("bdi", {}, chipText(key, state[key])), " ×");
      chip.addEventListener("click", () => change({ [key]: "" }));
      return chip;
    });
    if (chips.length > 1) {
      const clear = make("button", { type: "button" }, "Clear all");
      clear.addEventListener("click", () => change(Object.fromEntries(active.map((key) => [key, ""]))));
      chips.push(clear);
    }
    find("chips").replaceChildren(...chips);
  }
  function drawRow(i) {
    const post = claims.post[i];
    const text = textOf(i);
    const short = shorten(text, 420);
    const link = make("a", { href: `#claim=${encodeURIComponent(claims.id[i])}`, dir: "auto" }, short);
    if (short.length < text.length) link.append("… ", make("span", { class: "more" }, "show all"));
    const why = whyNotCounted(i);
    const group = claims.group[i];
    return make("tr", why ? { class: "aside" } : {},
      make("td", {}, link, why ? make("span", { class: "small" }, ` not counted: ${WORDS.why[why]}`) : ""),
      make("td", {}, ...(stances[i].length ? stances[i].map(makeStance) : [make("span", { class: "small" }, why ? "" : "no frame")])),
      make("td", {}, makeAuthor(post), make("br"), make("span", { class: "small" }, when(posts.time[post]).slice(0, 16))),
      make("td", {}, group < 0 ? make("span", { class: "small" }, why || claims.reason[i] < 0 ? "" : reasons[claims.reason[i]]) : make("a", { href: address({ group: groups[group].id }) }, shorten(groups[group].name, 60))));
  }
  // Only the pages near the window are in the document; the others are two gaps of their height, measured once they were
  // drawn and estimated before.
  const GUESS = 62 * PAGE;
  let heights = [];
  let drawn = new Map();
  const makeGap = () => make("tbody", { class: "gap", "aria-hidden": "true" }, make("tr", {}, make("td", { colspan: "4" })));
  const gaps = [makeGap(), makeGap()];
  const heightOf = (first, last) => heights.slice(first, last).reduce((sum, height) => sum + height, 0);
  function drawPage(page) {
    const part = make("tbody", {}, ...rows.slice(page * PAGE, (page + 1) * PAGE).map(drawRow));
    [...part.rows].forEach((row, at) => row.setAttribute("aria-rowindex", page * PAGE + at + 2));
    return part;
  }
  function pageAt(height) {
    let page = 0;
    for (let end = heights[0]; end <= height && page < heights.length - 1; end += heights[page]) page += 1;
    return page;
  }
  function drawWindow() {
    const room = Math.max(box.clientHeight, 400);
    const [first, last] = [pageAt(box.scrollTop - room), pageAt(box.scrollTop + 2 * room)];
    for (const [page, part] of drawn) if (page < first || page > last) { part.remove(); drawn.delete(page); }
    const fresh = [];
    for (let page = first; page <= last && page < heights.length; page++) {
      if (drawn.has(page)) continue;
      const after = [...drawn.keys()].filter((other) => other > page).sort((a, b) => a - b)[0];
      const part = drawPage(page);
      drawn.set(page, part);
      fresh.push(page);
      table.insertBefore(part, after === undefined ? gaps[1].parentNode && gaps[1] : drawn.get(after));
    }
    const top = pageAt(box.scrollTop);
    let moved = 0;
    for (const page of fresh) {
      const height = drawn.get(page).offsetHeight || GUESS;
      if (page < top) moved += height - heights[page];
      heights[page] = height;
    }
    [heightOf(0, first), heightOf(last + 1)].forEach((height, at) => {
      gaps[at].rows[0].style.height = `${height}px`;
      if (!height) gaps[at].remove();
      else if (!gaps[at].parentNode) table.insertBefore(gaps[at], at ? null : table.tBodies[0]);
    });
    if (moved) box.scrollTop += moved;
    return fresh.length;
  }
  function tellPlace() {
    const page = pageAt(box.scrollTop);
    find("pages").textContent = heights.length > 1 ? `rows from ${(page * PAGE + 1).toLocaleString("en")} of ${rows.length.toLocaleString("en")}` : "";
    return page + 1;
  }
  function goToPage(page) {
    // Twice: drawing the pages near the place may move it by what their heights were guessed wrong.
    for (let n = 0; n < 2; n++) { box.scrollTop = heightOf(0, page - 1); drawWindow(); }
  }
  let settling = 0;
  box.addEventListener("scroll", () => {
    if (heights.length) { drawWindow(); tellPlace(); }
    clearTimeout(settling);
    settling = setTimeout(keepPlace, 250);
  }, { passive: true });
  function keepPlace() {
    const page = tellPlace();
    if (state.claim || (Number.parseInt(state.page, 10) || 1) === page) return;
    state.page = page > 1 ? String(page) : "";
    shown = address(state);
    if (page > 1 || location.hash.startsWith("#claims?")) history.replaceState(null, "", shown);
  }
  function drawTable() {
    const nPages = Math.ceil(rows.length / PAGE);
    const page = Math.min(Math.max(1, Number.parseInt(state.page, 10) || 1), Math.max(nPages, 1));
    [...table.tBodies].forEach((part) => part.remove());
    drawn = new Map();
    heights = Array.from({ length: nPages }, (_, at) => Math.round((GUESS * Math.min(PAGE, rows.length - at * PAGE)) / PAGE));
    table.setAttribute("aria-rowcount", rows.length + 1);
    box.scrollTop = 0;
    if (nPages) {
      drawWindow();
      // What was drawn now says how high the rest may be.
      const seen = [...drawn.keys()].filter((at) => at < nPages - 1);
      if (seen.length) heights = heights.map((height, at) => (drawn.has(at) || at === nPages - 1 ? height : Math.round(heightOf(0, seen.length) / seen.length)));
      goToPage(page);
    }
    tellPlace();
    find("status").textContent = state.all || state.why ? `${many(rows.length, "row")} of ${nClaims.toLocaleString("en")}, counted or not` : `${rows.length.toLocaleString("en")} of ${many(nCounted, "claim")}`;
    find("status").dataset.n = rows.length;
    drawChips();
    for (const field of form.elements) {
      if (field === document.activeElement && field.type !== "checkbox") continue;
      if (field.type === "checkbox") field.checked = Boolean(state.all);
      else if (field.name) field.value = [state[field.name] || ""].flat().length > 1 ? "" : [state[field.name] || ""].flat()[0] || "";
    }
  }
  function fillForm() {
    const options = (name, values) => form.elements[name].append(...values.map(([value, text]) => make("option", { value }, text)));
    options("frame", frames.map((frame) => [frame.name, frame.title]));
    options("side", sides.map((side) => [side, side]));
    options("group", groups.map((group) => [group.id, shorten(group.name, 60)]));
    find("authors").append(...authors.map((name) => make("option", { value: name })));
    let waiting = 0;
    form.addEventListener("input", (event) => {
      const field = event.target;
      const apply = () => change({ [field.name]: field.type === "checkbox" ? (field.checked ? "1" : "") : field.name === "author" ? [field.value].filter(Boolean) : field.value.trim() }, { replace: field.name === "q" });
      clearTimeout(waiting);
      if (field.name === "q" || (field.name === "author" && field.value && !authors.includes(field.value))) waiting = setTimeout(apply, 150);
      else apply();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  // ---- a claim in its post -----------------------------------------------------------------------------------------
  const dialog = find("context");
  const AROUND = 3000;
  // The text from start to end, with what it quotes from others set apart.
  function makeText(post, start, end) {
    const nodes = [];
    let at = start;
    for (const quotation of quotations.get(post) || []) {
      const [first, last] = [Math.max(at, quotation.start), Math.min(end, quotation.end)];
      if (first >= last) continue;
      nodes.push(slice(post, at, first), make("span", { class: "quoted" }, slice(post, first, last)));
      at = last;
    }
    return [...nodes, slice(post, at, end)];
  }
  function makeSources(post) {
    const found = quotations.get(post) || [];
    if (!found.length) return [];
    const named = [...new Set(found.map(({ source }) => (source < 0 || posts.author[source] < 0 ? "" : authors[posts.author[source]])))].filter(Boolean);
    return [make("span", {}, "in grey: words quoted from ", make("bdi", {}, named.join(", ") || "elsewhere"))];
  }
  function drawPost(post, start, end) {
    const box = make("div", { class: "post", dir: "auto" });
    const length = lengthOf(post);
    const fill = (all) => {
      const [first, last, stop] = all ? [0, length, end] : [Math.max(0, start - AROUND), Math.min(length, end + AROUND), Math.min(end, start + 2 * AROUND)];
      const more = (text) => {
        const button = make("button", { type: "button" }, text);
        button.addEventListener("click", () => fill(true));
        return button;
      };
      const rest = stop < end ? [] : makeText(post, end, last);
      box.replaceChildren(first > 0 ? more("… show all of the post") : "", ...makeText(post, first, start), make("mark", {}, ...makeText(post, start, stop)), ...rest, stop < end || last < length ? more(`… show all ${length.toLocaleString("en")} characters`) : "");
    };
    fill(false);
    return box;
  }
  function drawParent(post) {
    const parent = posts.parent[post];
    if (parent < 0) return [];
    const text = posts.status[parent] === "ok" ? posts.text[parent] : `(${posts.status[parent]})`;
    const short = shorten(text, 700);
    const box = make("div", { class: "post parent", dir: "auto" }, short);
    if (short.length < text.length) {
      const more = make("button", { type: "button" }, "… show all");
      more.addEventListener("click", () => box.replaceChildren(text));
      box.append(more);
    }
    return [make("p", { class: "origin" }, "in answer to ", makeAuthor(parent), make("span", {}, when(posts.time[parent])), makePermalink(parent)), box];
  }
  function openClaim(i) {
    const post = claims.post[i];
    const place = `characters ${claims.start[i].toLocaleString("en")}–${claims.end[i].toLocaleString("en")} of ${lengthOf(post).toLocaleString("en")}`;
    const why = whyNotCounted(i);
    const facts = [
      ...makeSources(post),
      ...stances[i].map((stance) => make("span", {}, makeStance(stance), ` (confidence ${stance.confidence.toFixed(2)})`)),
      ...(stances[i].length || why ? [] : [make("span", {}, "speaks to no frame")]),
      ...(why ? [make("span", {}, `not counted: ${WORDS.why[why]}`)] : []),
      ...(claims.group[i] >= 0 ? [make("a", { href: address({ group: groups[claims.group[i]].id }) }, `group: ${shorten(groups[claims.group[i]].name, 60)}`)] : []),
    ];
    find("context-origin").replaceChildren(makeAuthor(post), ...[when(posts.time[post]), place].filter(Boolean).map((text) => make("span", {}, text)), makePermalink(post));
    find("context-body").replaceChildren(
      ...drawParent(post),
      drawPost(post, claims.start[i], claims.end[i]),
      make("p", { class: "origin" }, ...facts));
    if (!dialog.open) dialog.showModal();
    const quoted = dialog.querySelector("mark");
    if (quoted) quoted.scrollIntoView({ block: "center" });
  }
  dialog.addEventListener("close", () => { if (state.claim) change({ claim: "", page: state.page || "" }, { replace: true }); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  find("close").addEventListener("click", () => dialog.close());

  // ---- the map -----------------------------------------------------------------------------------------------------
  const canvas = find("plot");
  const everywhere = [];
  for (let i = 0; i < nClaims; i++) if (claims.x[i] !== null && claims.y[i] !== null) everywhere.push(i);
  // Of very many claims the map draws some, evenly spaced through the thread; whatever is counted is counted over all.
  const MOST_DRAWN = 20000;
  const each = Math.ceil(everywhere.length / MOST_DRAWN);
  const placed = everywhere.filter((_, at) => at % each === 0);
  // The stance that a mark shows: the surest one, of those that the filters ask for where they ask.
  const surest = (i) => (map.chosen && map.chosen.has(i) ? stances[i].filter(stanceFits) : stances[i]).reduce((best, stance) => (best === null || stance.confidence > best.confidence ? stance : best), null);
  const map = canvas && { view: { zoom: 1, x: 0.5, y: 0.5 }, hovered: -1, points: [], chosen: null };
  // The range that the map shows: all values, unless a few of them would squeeze the rest; those are drawn at the border.
  function extent(values) {
    const sorted = values.slice().sort((a, b) => a - b);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const room = 0.1 * (at(0.995) - at(0.005));
    const [low, high] = [Math.max(at(0), at(0.005) - room), Math.min(at(1), at(0.995) + room)];
    return [low, high > low ? high - low : 1];
  }
  function colours() {
    const probe = (name) => {
      const swatch = make("span", { class: `swatch ${name}`, hidden: "" });
      document.body.append(swatch);
      const colour = getComputedStyle(swatch).getPropertyValue("--frame").trim();
      swatch.remove();
      return colour;
    };
    const root = getComputedStyle(document.documentElement);
    return { frames: frames.map((_, f) => probe(`frame-${f % 8}`)), none: probe("frame-none"), ink: root.getPropertyValue("--ink").trim(), ground: root.getPropertyValue("--raised").trim() };
  }
  function trace(pen, side, x, y, r) {
    pen.beginPath();
    if (side === "pro" || side === "con") {
      const up = side === "pro" ? -1 : 1;
      pen.moveTo(x, y + up * r * 1.15);
      pen.lineTo(x + r * 1.1, y - up * r * 0.8);
      pen.lineTo(x - r * 1.1, y - up * r * 0.8);
      pen.closePath();
    } else if (side === "unclear") pen.rect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
    else pen.arc(x, y, r, 0, 2 * Math.PI);
  }
  function place() {
    const { clientWidth: width, clientHeight: height } = canvas;
    const margin = Math.min(28, width / 16);
    const { zoom, x, y } = map.view;
    const share = (value, [low, range]) => Math.max(0, Math.min(1, (value - low) / range));
    map.points = placed.map((i) => {
      const left = (share(claims.x[i], map.x) - x) * zoom + 0.5;
      const top = (1 - share(claims.y[i], map.y) - y) * zoom + 0.5;
      return { i, px: margin + left * (width - 2 * margin), py: margin + top * (height - 2 * margin) };
    });
  }
  function drawMap() {
    if (!map || !canvas.clientWidth) return;
    place();
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    const hue = colours();
    pen.scale(scale, scale);
    const r = Math.max(1.8, Math.min(6, (1.6 + width / 260) * (600 / Math.max(placed.length, 150)) ** 0.35)) * Math.min(2, map.view.zoom ** 0.4);
    const shown = (point) => !map.chosen || map.chosen.has(point.i);
    const order = map.points.slice().sort((a, b) => shown(a) - shown(b) || (surest(a.i) !== null) - (surest(b.i) !== null));
    for (const point of order) {
      const stance = surest(point.i);
      const hollow = stance && sides[stance.side] === "unclear";
      pen.globalAlpha = shown(point) ? (stance ? 0.92 : 0.75) : 0.12;
      trace(pen, stance ? sides[stance.side] : "neutral", point.px, point.py, stance ? r : r * 0.75);
      pen.fillStyle = hollow ? hue.ground : stance ? hue.frames[stance.frame] : hue.none;
      pen.strokeStyle = hollow ? hue.frames[stance.frame] : hue.ground;
      pen.lineWidth = hollow ? 1.3 : 0.6;
      pen.fill();
      pen.stroke();
    }
    pen.globalAlpha = 1;
    const hovered = map.points.find((point) => point.i === map.hovered);
    if (hovered) {
      pen.beginPath();
      pen.arc(hovered.px, hovered.py, r + 5, 0, 2 * Math.PI);
      pen.strokeStyle = hue.ink;
      pen.lineWidth = 2;
      pen.stroke();
    }
  }
  function drawLabels() {
    const box = find("plot-labels");
    const taken = [];
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    box.replaceChildren();
    const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
    groups.slice(0, width < 600 ? 6 : 14).forEach((group, g) => {
      const mine = map.points.filter((point) => claims.group[point.i] === g);
      if (!mine.length) return;
      const label = make("a", { href: address({ group: group.id }), "data-stay": "", ...(group.unstable ? { class: "unstable", title: "an unstable group" } : {}) }, group.label);
      box.append(label);
      const [w, h] = [label.offsetWidth, label.offsetHeight];
      const x = Math.max(w / 2 + 4, Math.min(width - w / 2 - 4, median(mine.map((point) => point.px))));
      const middle = median(mine.map((point) => point.py));
      for (const shift of [0, 1.2, -1.2, 2.4, -2.4]) {
        const y = middle + shift * h;
        const clash = taken.some((other) => Math.abs(other.x - x) < (other.w + w) / 2 + 4 && Math.abs(other.y - y) < (other.h + h) / 2 + 2);
        if (clash || y < h / 2 + 2 || y > height - h / 2 - 2) continue;
        taken.push({ x, y, w, h });
        label.style.left = `${x}px`;
        label.style.top = `${y}px`;
        return;
      }
      label.remove();
    });
  }
  function point(i, aloud) {
    if (map.hovered === i) return;
    map.hovered = i;
    drawMap();
    const reader = find("plot-reader");
    reader.hidden = i < 0;
    if (i < 0) return;
    const at = map.points.find((one) => one.i === i);
    const text = shorten(textOf(i), 280);
    const spoken = stances[i].map((stance) => `${frames[stance.frame].title}: ${sides[stance.side]}`).join(", ") || "no frame";
    reader.replaceChildren(make("p", { dir: "auto" }, text.length < textOf(i).length ? `${text}…` : text), make("p", { class: "small" }, makeAuthor(claims.post[i]), "  ", ...(stances[i].length ? stances[i].map(makeStance) : [" no frame"])));
    const { clientWidth: width, clientHeight: height } = canvas;
    const left = at.px + 14 + reader.offsetWidth > width ? at.px - 14 - reader.offsetWidth : at.px + 14;
    reader.style.left = `${Math.max(4, Math.min(left, width - reader.offsetWidth - 4))}px`;
    reader.style.top = `${Math.max(4, Math.min(at.py + 14, height - reader.offsetHeight - 4))}px`;
    if (aloud) find("plot-live").textContent = `${text}. ${spoken}`;
  }
  function nearest(x, y, most) {
    let best = -1;
    let distance = most * most;
    for (const one of map.points) {
      const d = (one.px - x) ** 2 + (one.py - y) ** 2;
      if (d < distance && (!map.chosen || map.chosen.has(one.i))) [best, distance] = [one.i, d];
    }
    return best;
  }
  function step(dx, dy) {
    const from = map.points.find((one) => one.i === map.hovered);
    if (!from) return point(nearest(canvas.clientWidth / 2, canvas.clientHeight / 2, Infinity), true);
    let best = -1;
    let cost = Infinity;
    for (const one of map.points) {
      const along = (one.px - from.px) * dx + (one.py - from.py) * dy;
      const across = Math.abs((one.px - from.px) * dy) + Math.abs((one.py - from.py) * dx);
      if (one.i === from.i || along <= 0 || (map.chosen && !map.chosen.has(one.i))) continue;
      if (along + 2.5 * across < cost) [best, cost] = [one.i, along + 2.5 * across];
    }
    return best < 0 ? undefined : point(best, true);
  }
  function zoomBy(factor) {
    const zoom = Math.max(1, Math.min(12, map.view.zoom * factor));
    pan(0, 0, zoom);
  }
  function pan(dx, dy, zoom = map.view.zoom) {
    const keep = (value) => Math.max(0.5 / zoom, Math.min(1 - 0.5 / zoom, value));
    map.view = { zoom, x: keep(map.view.x - dx / canvas.clientWidth / zoom), y: keep(map.view.y - dy / canvas.clientHeight / zoom) };
    point(-1);
    drawMap();
    drawLabels();
  }
  function openFromMap(i) {
    if (i >= 0) change({ claim: claims.id[i], page: state.page || "" });
  }
  function wireMap() {
    map.x = extent(placed.map((i) => claims.x[i]));
    map.y = extent(placed.map((i) => claims.y[i]));
    const outside = (value, [low, range]) => value < low || value > low + range;
    const far = placed.filter((i) => outside(claims.x[i], map.x) || outside(claims.y[i], map.y)).length;
    if (far) find("plot-far").textContent = ` ${many(far, "claim")} far from all others ${far === 1 ? "is" : "are"} drawn at the border.`;
    if (placed.length < everywhere.length) find("plot-far").textContent += ` ${placed.length.toLocaleString("en")} of ${many(everywhere.length, "claim")} are drawn.`;
    let drag = null;
    const at = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    canvas.addEventListener("pointermove", (event) => {
      if (drag && map.view.zoom > 1) {
        pan(event.clientX - drag.x, event.clientY - drag.y);
        drag = { x: event.clientX, y: event.clientY, moved: true };
      } else if (!drag) point(nearest(...at(event), 18), false);
    });
    canvas.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, moved: false }; });
    window.addEventListener("pointerup", () => { setTimeout(() => { drag = null; }, 0); });
    canvas.addEventListener("pointerleave", () => point(-1));
    canvas.addEventListener("blur", () => point(-1));
    canvas.addEventListener("click", (event) => { if (!drag || !drag.moved) openFromMap(nearest(...at(event), 24)); });
    const KEYS_TO = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    canvas.addEventListener("keydown", (event) => {
      if (KEYS_TO[event.key]) step(...KEYS_TO[event.key]);
      else if (event.key === "Enter") openFromMap(map.hovered);
      else if (event.key === "+" || event.key === "-") zoomBy(event.key === "+" ? 1.5 : 1 / 1.5);
      else return;
      event.preventDefault();
    });
    find("plot-filter").querySelector("button").addEventListener("click", () => change(Object.fromEntries(KEYS.map((key) => [key, ""]))));
    find("zoom-in").addEventListener("click", () => zoomBy(1.5));
    find("zoom-out").addEventListener("click", () => zoomBy(1 / 1.5));
    find("zoom-reset").addEventListener("click", () => zoomBy(0));
    const redraw = () => { drawMap(); drawLabels(); };
    new ResizeObserver(redraw).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    matchMedia("print").addEventListener("change", redraw);
  }

  // ---- all together ------------------------------------------------------------------------------------------------
  let shown = null;
  function showRows() {
    rows = matching();
    const filtered = Object.keys(state).some((key) => !BROWSING.includes(key) && key !== "all");
    drawTable();
    if (!map) return;
    map.chosen = filtered ? new Set(rows) : null;
    drawMap();
    find("plot-filter").hidden = !filtered;
    find("plot-filter").firstElementChild.textContent = `Picked out: ${many(rows.length, "claim")} that ${rows.length === 1 ? "passes" : "pass"} the filters.`;
  }
  function show() {
    state = readAddress();
    const filters = address({ ...state, claim: "" });
    if (filters !== shown) showRows();
    shown = filters;
    if (state.claim && rowOf.has(state.claim)) openClaim(rowOf.get(state.claim));
    else if (dialog.open) dialog.close();
  }
  // A link to claims sets the filters. It moves the page to the table, unless it belongs to the map; a link to one claim
  // keeps the filters and stays where it is.
  document.addEventListener("click", (event) => {
    const link = event.target.closest ? event.target.closest("a[href^='#claim']") : null;
    const href = link && link.getAttribute("href");
    if (!link || href === "#claims" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (href.startsWith("#claim=")) return void change({ claim: decodeURIComponent(href.slice(7)), page: state.page || "" });
    const again = link.hasAttribute("data-stay") && address({ ...state, claim: "" }) === address(Object.fromEntries(new URLSearchParams(href.slice(8))));
    history.pushState(null, "", again ? "#claims?" : href);
    show();
    if (!link.hasAttribute("data-stay")) toTable();
  });
  function toTable() {
    find("claims").scrollIntoView();
    find("status").focus({ preventScroll: true });
  }
  window.addEventListener("popstate", show);
  window.addEventListener("hashchange", show);
  window.addEventListener("beforeprint", () => { document.querySelectorAll("details:not(.technical)").forEach((one) => { one.open = true; }); });
  fillForm();
  if (map) wireMap();
  show();
  if (location.hash.startsWith("#claims?")) toTable();
})();

// Draws rows as an HTML table, or as cards where the screen is narrow. Everything is set as text, never as HTML.

const NARROW = 500;
const OPENER_WIDTH = 34;
const CHOOSER_WIDTH = 36;
const TEN_ROWS = 378;

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".rows");
  host.state ??= build(host);
  Object.assign(host.state, { data, setTriggerValue });
  draw(host.state);
  if (!host.state.observer) {
    host.state.observer = new ResizeObserver(() => arrange(host.state));
    host.state.observer.observe(host);
  }
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function build(host) {
  const region = host.querySelector(".region");
  // With roles, since cards are no table to a browser otherwise.
  const head = element("thead", { role: "rowgroup" });
  const body = element("tbody", { role: "rowgroup" });
  region.append(element("table", { role: "table" }, head, body));
  const state = { chosen: null, host, region, head, body, table: region.firstChild, hint: host.querySelector(".hint") };
  body.addEventListener("keydown", (event) => walk(state, event));
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    const selecting = String(getSelection()).length > 0 && !event.target.closest("button");
    if (row && event.target.closest(".act button")) {
      state.setTriggerValue("acted", row.dataset.id);
    } else if (row && state.data.opens && !selecting && !event.target.closest("a, .chooser")) {
      state.setTriggerValue("picked", row.dataset.id);
    }
  });
  region.addEventListener("change", (event) => choose(state, event.target));
  return state;
}

function draw(state) {
  const { data, region, table, head, body } = state;
  region.setAttribute("aria-label", data.label);
  table.setAttribute("aria-label", data.label);
  table.setAttribute("aria-rowcount", String(data.total + 1));
  keepChosen(state);
  const shape = JSON.stringify([data.columns, data.sort, data.opens, data.chooses]);
  if (shape !== state.shape) {
    drawHead(state);
    body.replaceChildren();
    state.shape = shape;
  }
  const old = new Map([...body.children].map((row) => [row.dataset.id, row]));
  // Rows that stay are kept, and with them the focus and the place where someone reads.
  data.rows.forEach(({ id, cells }, number) => {
    const row = old.get(id) ?? element("tr", { role: "row", "data-id": id });
    old.delete(id);
    row.setAttribute("aria-rowindex", String(number + 2));
    row.classList.toggle("picked", id === data.picked);
    fill(state, row, cells, id === data.picked);
    if (body.children[number] !== row) body.insertBefore(row, body.children[number] ?? null);
  });
  // By place, not by id: two rows may have the same one.
  while (body.children.length > data.rows.length) body.lastElementChild.remove();
  head.hidden = body.hidden = data.rows.length === 0;
  keepOneStop(state);
  showChosen(state);
  arrange(state);
}

function drawHead(state) {
  const { data, head } = state;
  const row = element("tr", { role: "row", "aria-rowindex": "1" });
  if (data.opens) row.append(element("th", { role: "columnheader", class: "opener" }, element("span", { class: "hidden" }, "Details")));
  if (data.chooses) row.append(element("th", { role: "columnheader", class: "chooser" }, drawChooser("Choose all shown")));
  for (const column of data.columns) {
    const cell = element("th", { role: "columnheader", scope: "col", class: column.kind });
    const sorted = data.sort?.column === column.name;
    cell.setAttribute("aria-sort", sorted ? (data.sort.descending ? "descending" : "ascending") : "none");
    if (column.explanation) cell.title = column.explanation;
    if (data.sorts) {
      const sign = sorted ? (data.sort.descending ? " ↓" : " ↑") : "";
      const button = element("button", { type: "button", class: "sort" }, column.heading);
      if (sign) button.append(element("span", { "aria-hidden": "true" }, sign));
      button.addEventListener("click", () => state.setTriggerValue("sorted", column.name));
      cell.append(button);
    } else {
      cell.append(column.heading);
    }
    row.append(cell);
  }
  head.replaceChildren(row);
}

function fill(state, row, cells, picked) {
  const { data } = state;
  const content = JSON.stringify(cells);
  if (row.dataset.content !== content) {
    const button = row.querySelector("button");
    const chooser = row.querySelector("input");
    const focused = state.host.getRootNode().activeElement;
    const kept = [button, chooser].find((one) => one && one === focused);
    const acted = row.querySelector(".act button") === focused && focused !== null;
    row.replaceChildren();
    if (data.opens) row.append(button ? button.parentElement : drawOpener());
    if (data.chooses) row.append(chooser ? chooser.parentElement : element("td", { role: "cell", class: "chooser" }, drawChooser("")));
    cells.forEach((cell, number) => row.append(drawCell(data.columns[number], cell)));
    // What was done cannot be done again: the focus stays in the row.
    const next = kept ?? (acted ? row.querySelector(".act button") ?? row.querySelector("button") : null);
    next?.focus({ preventScroll: true });
    row.dataset.content = content;
  }
  const opener = row.querySelector("button");
  if (!opener) return;
  const names = cells.filter((_, number) => data.columns[number].names).map(spell);
  opener.setAttribute("aria-label", `${data.opens}: ${names.join(", ")}`);
  opener.setAttribute("aria-pressed", String(picked));
  row.querySelector("input")?.setAttribute("aria-label", `Choose: ${names.join(", ")}`);
  const act = row.querySelector(".act button");
  act?.setAttribute("aria-label", `${act.textContent}: ${names.join(", ")}`);
}

function drawOpener() {
  const button = element("button", { type: "button", tabindex: "-1" }, element("span", { "aria-hidden": "true" }, "›"));
  return element("td", { role: "cell", class: "opener" }, button);
}

function drawChooser(label) {
  return element("input", { type: "checkbox", tabindex: label ? "0" : "-1", "aria-label": label });
}

/** What is chosen is known here first: an answer on its way may have less. */
function keepChosen(state) {
  const { data } = state;
  if (state.chosen === null || state.chooses !== data.chooses) state.chosen = new Set(data.chosen);
  state.chooses = data.chooses;
  const ids = new Set(data.rows.map(({ id }) => id));
  state.chosen.forEach((id) => ids.has(id) || state.chosen.delete(id));
}

function choose(state, box) {
  const row = box.closest("tbody tr");
  const ids = row ? [row.dataset.id] : state.data.rows.map(({ id }) => id);
  ids.forEach((id) => (box.checked ? state.chosen.add(id) : state.chosen.delete(id)));
  showChosen(state);
  state.setTriggerValue("chosen", JSON.stringify([...state.chosen]));
}

function showChosen({ body, head, chosen, data }) {
  for (const row of body.children) {
    const box = row.querySelector("input");
    if (box) box.checked = chosen.has(row.dataset.id);
  }
  const all = head.querySelector("input");
  if (!all) return;
  all.checked = data.rows.length > 0 && chosen.size === data.rows.length;
  all.indeterminate = chosen.size > 0 && !all.checked;
}

function drawCell(column, value) {
  const cell = element("td", { role: "cell", class: column.kind, "data-heading": column.heading });
  cell.classList.toggle("labelled", column.labelled);
  cell.classList.toggle("empty", value === "-");
  if (column.kind === "path") {
    const [head, tail] = value;
    cell.append(element("span", { class: "cut", title: head + tail }, element("span", { class: "head" }, head)));
    cell.firstChild.append(element("span", { class: "tail" }, tail));
  } else if (column.kind === "act") {
    if (value !== "-") cell.append(element("button", { type: "button", tabindex: "-1" }, value));
  } else if (column.kind === "link") {
    cell.append(drawLink(value));
  } else {
    cell.append(element("span", column.kind === "prose" ? { class: "prose" } : { class: "text", title: value }, value));
    if (column.kind === "status") cell.dataset.sign = value[0];
  }
  return cell;
}

function drawLink([text, address, label]) {
  const link = element("a", { href: address, "aria-label": label }, text);
  if (address.includes("://")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return link;
}

const spell = (cell) => (Array.isArray(cell) ? cell.join("") : cell);

/** The table is one stop of the Tab key, and one more where rows can be chosen; arrows lead from row to row. */
function walk(state, event) {
  const rows = [...state.body.children];
  const kind = ["input", ".act button"].find((one) => event.target.matches(one)) ?? ".opener button";
  const at = rows.indexOf(event.target.closest("tr"));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (at < 0 || to === undefined || !event.target.matches(kind)) return;
  event.preventDefault();
  const next = rows[Math.min(Math.max(to, 0), rows.length - 1)];
  stopAt(rows, next);
  (next.querySelector(kind) ?? next.querySelector(".opener button")).focus();
}

function keepOneStop({ body }) {
  const rows = [...body.children];
  const stop =
    rows.find((row) => row.querySelector(".opener button")?.getAttribute("aria-pressed") === "true") ??
    rows.find((row) => row.querySelector(".opener button")?.tabIndex === 0);
  stopAt(rows, stop ?? rows[0]);
}

function stopAt(rows, stop) {
  for (const row of rows) {
    row.querySelectorAll(".opener button, .chooser input, .act button").forEach((one) => (one.tabIndex = row === stop ? 0 : -1));
  }
}

/** Rows reach to the lower edge of the window, but where that is near, ten of them are in sight at least. Cards are all in sight. */
function fillHeight({ host, region, data }) {
  const main = host.getRootNode().host?.closest("[data-testid=stMain]");
  const top = region.getBoundingClientRect().top + (main?.scrollTop ?? 0);
  const cards = host.classList.contains("cards");
  region.style.maxHeight = cards ? "" : `${Math.max(TEN_ROWS, innerHeight - top - 40)}px`;
  // What scrolls has to be reached by keyboard, also where nothing in it is.
  if (!data.opens && region.scrollHeight > region.clientHeight) region.tabIndex = 0;
  else region.removeAttribute("tabindex");
}

/** Shows as many columns as fit, the first ones first. The details of a row have the others. */
function arrange(state) {
  const { host, data, table } = state;
  const width = host.clientWidth;
  if (!width || !data) return;
  const before = [...(data.opens ? [OPENER_WIDTH] : []), ...(data.chooses ? [CHOOSER_WIDTH] : [])];
  const taken = before.reduce((sum, one) => sum + one, 0);
  const needed = data.columns.filter(({ phone }) => phone).reduce((sum, column) => sum + column.width, taken);
  const cards = width < Math.min(NARROW, needed);
  host.classList.toggle("cards", cards);
  let room = width - taken;
  let full = false;
  const shown = data.columns.map((column) => {
    full ||= !cards && column.width > room;
    room -= column.width;
    return cards ? column.phone : !full;
  });
  shown[0] = true;
  const offset = before.length;
  for (const row of table.rows) {
    [...row.cells].forEach((cell, number) => {
      cell.hidden = number >= offset && !shown[number - offset];
      const column = data.columns[number - offset];
      if (row.parentElement === state.head) {
        cell.style.width = cards ? "" : `${column ? column.width : before[number]}px`;
      }
    });
  }
  state.hint.hidden = !data.opens || data.rows.length < 2;
  fillHeight(state);
}

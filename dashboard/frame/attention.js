// One live region for all pages: only one that was there before its text changes is read out.

const PATIENCE_MS = 3000;
const NARROW = 769;
const DRAWN_MS = 300;
const FORM = "[data-testid=stForm]";
const CONTROLS = "a, button, input, textarea";

export default function ({ data }) {
  const region = document.getElementById("told") ?? addRegion();
  if (region.textContent !== data.told) region.textContent = data.told;
  markCurrentPage();
  setTimeout(bringNotesBack, DRAWN_MS);
  const { anchor, token } = data.focus ?? {};
  const asked = token && region.dataset.focused !== token;
  region.dataset.focused = token;
  const follow = () => asked && moveFocus(() => findAnchor(anchor), performance.now() + PATIENCE_MS);
  const place = region.dataset.left;
  if (place) moveFocus(() => findPlace(place), performance.now() + PATIENCE_MS, follow);
  else follow();
}

function addRegion() {
  const region = document.createElement("div");
  region.id = "told";
  region.setAttribute("role", "status");
  // A heading shows that it has the focus to those who work by keyboard, and to nobody who clicked a link.
  const remember = ({ type }) => {
    document.body.classList.toggle("by-keyboard", type === "keydown");
    delete region.dataset.left;
  };
  for (const type of ["keydown", "pointerdown"]) addEventListener(type, remember, true);
  for (const type of ["input", "keydown", "click"]) addEventListener(type, keepNotes, true);
  for (const type of ["keydown", "click"]) addEventListener(type, keepPlace, true);
  // Back leads to where one was on the page. Each run looks for that place, until a key or a click: a run that
  // was under way may find it before it is drawn anew.
  addEventListener("popstate", () => (region.dataset.left = sessionStorage.getItem(nameFocus()) ?? ""));
  document.body.append(region);
  document.body.prepend(makeSkip());
  return region;
}

/** The first stop of Tab: past the navigation, to the page. */
function makeSkip() {
  const skip = document.createElement("button");
  skip.id = "skip";
  skip.textContent = "Skip to the page";
  skip.onclick = () => moveFocus(() => findAnchor("title"), performance.now());
  return skip;
}

/** Streamlit shows on which page one is, but does not say so. */
function markCurrentPage() {
  for (const link of document.querySelectorAll(".st-key-navigation a")) {
    if (new URL(link.href).pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** On a narrow screen the sidebar lies over the page that one of its links has opened. */
function closeSidebar() {
  const sidebar = document.querySelector("[data-testid=stSidebar]");
  const open = sidebar && sidebar.getBoundingClientRect().right > 0;
  if (open && innerWidth < NARROW) sidebar.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}

/** What is half typed in a form survives a reload of the page: this tab keeps it until the form is sent. */
function keepNotes({ type, target, key, ctrlKey, metaKey }) {
  const pressed = type === "click" && target.closest?.("[data-testid=stFormSubmitButton]");
  const sent = pressed || (key === "Enter" && (ctrlKey || metaKey));
  for (const note of target.closest?.(FORM)?.querySelectorAll("textarea") ?? []) {
    if (sent) sessionStorage.removeItem(nameNote(note));
    else if (type === "input") sessionStorage.setItem(nameNote(note), note.value);
  }
}

function bringNotesBack() {
  for (const note of document.querySelectorAll(`${FORM} textarea`)) {
    const kept = sessionStorage.getItem(nameNote(note));
    if (!kept || note.value) continue;
    // As if it were typed: React looks at nothing else.
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(note, kept);
    note.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const nameAddress = () => `${location.pathname}${location.search}`;
const nameNote = (note) => `note ${nameAddress()} ${note.getAttribute("aria-label")}`;
const nameFocus = () => `focus ${nameAddress()}`;

/** Where one is on the page when one leaves it: at what has the focus, or in the row that is clicked. */
function keepPlace(event) {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const row = event.composedPath().find((above) => above.matches?.("tr[data-id]"));
  if (!one?.matches(`${CONTROLS}, h1, h2`)) one = row?.querySelector("button");
  if (one) sessionStorage.setItem(nameFocus(), namePlace(one));
}

/** What has the focus, on any drawing of its page: in a table the row and the column, elsewhere the text. */
function namePlace(one) {
  const row = one.closest("tr")?.dataset.id;
  const name = row ? `${row} ${one.closest("td").className}` : (one.getAttribute("aria-label") ?? one.innerText);
  return `${one.tagName} ${name}`;
}

function findPlace(place, root = document) {
  for (const one of root.querySelectorAll("*")) {
    const inside = one.shadowRoot && findPlace(place, one.shadowRoot);
    if (inside) return inside;
    const same = place.startsWith(`${one.tagName} `) && namePlace(one) === place;
    // The closed sidebar of a phone is beside the screen.
    if (same && one.getBoundingClientRect().right > 0) return one;
  }
  return null;
}

function findAnchor(anchor) {
  // A link to a section is there for the section.
  const section = document.getElementById(readFragment());
  const title = document.querySelector("[data-testid=stMain] h1");
  return anchor === "title" ? (section ?? title) : document.getElementById(anchor);
}

function moveFocus(find, deadline, otherwise = () => {}) {
  const target = find();
  if (target) {
    closeSidebar();
    const works = target.matches(CONTROLS);
    if (!works) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: works ? "nearest" : target.tagName === "H1" ? "end" : "start" });
  } else if (performance.now() < deadline) {
    setTimeout(() => moveFocus(find, deadline, otherwise), 50);
  } else {
    otherwise();
  }
}

function readFragment() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    // Whoever wrote the link left a "%" that begins nothing.
    return "";
  }
}

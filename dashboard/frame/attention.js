// One live region for all pages: only one that was there before its text changes is read out.

const PATIENCE_MS = 3000;
const NARROW = 769;
const DRAWN_MS = 300;
const FORM = "[data-testid=stForm]";

export default function ({ data }) {
  const region = document.getElementById("told") ?? addRegion();
  if (region.textContent !== data.told) region.textContent = data.told;
  markCurrentPage();
  setTimeout(bringNotesBack, DRAWN_MS);
  const { anchor, token } = data.focus ?? {};
  if (token && region.dataset.focused !== token) {
    region.dataset.focused = token;
    moveFocus(anchor, performance.now() + PATIENCE_MS);
  }
}

function addRegion() {
  const region = document.createElement("div");
  region.id = "told";
  region.setAttribute("role", "status");
  // A heading shows that it has the focus to those who work by keyboard, and to nobody who clicked a link.
  const remember = ({ type }) => document.body.classList.toggle("by-keyboard", type === "keydown");
  for (const type of ["keydown", "pointerdown"]) addEventListener(type, remember, true);
  for (const type of ["input", "keydown", "click"]) addEventListener(type, keepNotes, true);
  document.body.append(region);
  return region;
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

const nameNote = (note) => `note ${location.pathname}${location.search} ${note.getAttribute("aria-label")}`;

function moveFocus(anchor, deadline) {
  const main = document.querySelector("[data-testid=stMain]");
  // A link to a section is there for the section.
  const section = document.getElementById(readFragment());
  const target = anchor === "title" ? (section ?? main?.querySelector("h1")) : document.getElementById(anchor);
  if (target) {
    closeSidebar();
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: target.tagName === "H1" ? "end" : "start" });
  } else if (performance.now() < deadline) {
    setTimeout(() => moveFocus(anchor, deadline), 50);
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

// One live region for all pages: only one that was there before its text changes is read out.

const PATIENCE_MS = 3000;

export default function ({ data }) {
  const region = document.getElementById("told") ?? addRegion();
  if (region.textContent !== data.told) region.textContent = data.told;
  addSkipLink();
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
  document.body.append(region);
  return region;
}

function addSkipLink() {
  if (document.getElementById("skip")) return;
  const link = document.createElement("a");
  link.id = "skip";
  link.href = "#";
  link.textContent = "Skip to the content";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    moveFocus("title", 0);
  });
  document.body.prepend(link);
}

function moveFocus(anchor, deadline) {
  const main = document.querySelector("[data-testid=stMain]");
  const target = anchor === "title" ? main?.querySelector("h1") : document.getElementById(anchor);
  if (target) {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: anchor === "title" ? "end" : "start" });
  } else if (performance.now() < deadline) {
    setTimeout(() => moveFocus(anchor, deadline), 50);
  }
}

// Reloads the page when notifications have arrived, unless somebody is reading one.
const shown = document.currentScript.dataset.count;

setInterval(async () => {
  if (document.hidden || document.querySelector("details[open]")) return;
  const answer = await fetch("/count").catch(() => null);
  if (answer?.ok && (await answer.text()) !== shown) location.reload();
}, 3000);

// Loads the list anew once there are more messages than it shows.
const shown = document.currentScript.dataset.count;

setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch("/count").catch(() => null);
  if (answer?.ok && (await answer.text()) !== shown) location.reload();
}, 3000);

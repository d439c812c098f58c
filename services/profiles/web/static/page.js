"use strict";
// Brings what is new into a personal page without reloading it; without scripts, a link to refresh does the same.

const EVERY_MS = 4000;
const announcement = document.querySelector("[data-announce]");

async function refresh() {
  if (document.hidden) return;
  const address = new URL(location.href);
  address.searchParams.delete("done");
  const answer = await fetch(address, { cache: "no-store", credentials: "omit" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let changed = false;
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.outerHTML !== part.outerHTML) {
      part.replaceWith(document.adoptNode(now));
      changed = true;
    }
  }
  if (changed) {
    announcement.textContent = "";
    requestAnimationFrame(() => { announcement.textContent = announcement.dataset.text; });
  }
}

document.querySelector("[data-refresh]").hidden = true;
document.querySelector("[data-live-note]").hidden = false;
setInterval(() => refresh().catch(() => {}), EVERY_MS);
document.addEventListener("visibilitychange", () => refresh().catch(() => {}));

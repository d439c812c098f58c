// New mails are put above the others; nothing that is there is replaced, so the keyboard's place stays.
const list = document.getElementById("mails");
const count = document.getElementById("count");
const empty = document.getElementById("empty");

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const arrived = [...page.querySelectorAll("#mails > li")].filter(
    (item) => !document.getElementById(item.id),
  );
  if (arrived.length === 0) return;
  list.prepend(...arrived);
  const total = list.children.length;
  count.textContent =
    total === 1 ? count.dataset.one : count.dataset.many.replace("{count}", total);
  count.hidden = false;
  empty.hidden = true;
}

async function watch() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The mailbox has stopped; it may come back.
  }
  setTimeout(watch, 2000);
}
setTimeout(watch, 2000);
document.addEventListener("visibilitychange", () => document.hidden || refresh().catch(() => {}));

// Counts down the time in which an answer can be undone, then shows the page anew.
const line = document.querySelector("[data-seconds]");
if (line) {
  const text = line.textContent;
  const end = Date.now() + Number(line.dataset.seconds) * 1000;
  const shown = (left) => {
    const minutes = Math.floor(left / 60);
    const seconds = String(left % 60).padStart(2, "0");
    return `${minutes}:${seconds}`;
  };
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    line.textContent = text.replace("{time}", shown(left));
    line.hidden = false;
    if (left > 0) {
      setTimeout(tick, 250);
    } else {
      setTimeout(() => location.replace(location.pathname + location.search.replace("change=1", "")), 1500);
    }
  };
  tick();
}

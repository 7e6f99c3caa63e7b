// What a server-rendered page cannot do itself: keys, the dialog element, visibility, theme, exact values under the pointer.
const typing = (e) => e.ctrlKey || e.metaKey || e.altKey || e.target.closest?.("input, textarea, select, [contenteditable]");
const visible = (element) => element && element.getClientRects().length > 0;
const click = (selector, from = document) => {
  const element = [...from.querySelectorAll(selector)].find(visible);
  if (!element || element.disabled || element.getAttribute("aria-disabled") === "true") return false;
  element.click();
  return true;
};

let going = 0;
const rows = () => [...document.querySelectorAll("[data-row]")].filter(visible);
const currentRow = () => document.activeElement?.closest?.("[data-row]");
const move = (step) => {
  const all = rows();
  if (all.length === 0) return false;
  const at = all.indexOf(currentRow());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
};

document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") {
    document.querySelectorAll("details[open].chooser, details[open].menu").forEach((d) => {
      // The focus goes back to where the list was opened, not to the top of the page.
      if (d.contains(document.activeElement)) d.querySelector("summary").focus();
      d.open = false;
    });
    if (e.target.matches?.("input[type=search]")) {
      // The browser would also empty the box, and take the filter away that was just asked for.
      e.preventDefault();
      e.target.blur();
    }
    if (!document.querySelector("dialog[open]")) click("[data-close]");
    return;
  }
  if (typing(e) || document.querySelector("dialog[open]")) return;
  if (e.key === "Enter" && !e.target.matches?.("[data-row]")) return;
  let done = true;
  if (going > Date.now() && /^[a-z]$/.test(e.key)) {
    going = 0;
    done = click(`a[data-go="${e.key}"]`);
  } else if (e.key === "g") going = Date.now() + 1500;
  else if (e.key === "/") { const box = [...document.querySelectorAll("[data-search]")].find(visible); box?.focus(); box?.select(); done = !!box; }
  else if (e.key === "j" || (e.key === "ArrowDown" && currentRow())) done = move(1);
  else if (e.key === "k" || (e.key === "ArrowUp" && currentRow())) done = move(-1);
  else if (e.key === "Enter") done = click("[data-open]", currentRow());
  else if (e.key === "x") done = !!currentRow() && click("[data-select]", currentRow());
  else if (e.key === "c") done = !!currentRow() && click("[data-copy]", currentRow());
  else if (e.key === "e" || e.key === "s") done = !!currentRow() && click(`[data-key="${e.key}"]`, currentRow());
  else if (e.key === "?" || e.key === "r" || e.key === "p") done = click(`[data-key="${e.key}"]`);
  else done = false;
  if (done) e.preventDefault();
});

const setTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  document.cookie = `chat-console-theme=${theme}; path=/; max-age=31536000; samesite=strict`;
};
// The menu's list shows what is set, also when it was set on another page.
document.addEventListener("toggle", (e) => {
  const list = e.target.querySelector?.("[data-theme-select]");
  if (list) list.value = document.documentElement.dataset.theme;
}, true);
document.addEventListener("change", (e) => { if (e.target.matches("[data-theme-select]")) setTheme(e.target.value); });

// Exact values under the pointer; the chart itself carries them.
let tip;
document.addEventListener("pointermove", (e) => {
  const plot = e.target.closest?.(".plot");
  if (!plot) { tip?.remove(); tip = undefined; return; }
  const data = JSON.parse(plot.closest("[data-chart]").dataset.chart);
  const box = plot.getBoundingClientRect();
  const points = Math.max(...data.lines.map((l) => l.values.length));
  const i = Math.round(((e.clientX - box.left) / box.width) * (points - 1));
  if (i < 0 || i >= points) return;
  tip ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "tip" }));
  const when = new Date(data.from + i * data.step * 1000).toISOString().slice(0, 19).replace("T", " ") + "Z";
  const at = data.from + ((e.clientX - box.left) / box.width) * (points - 1) * data.step * 1000;
  const near = data.markers.filter((m) => Math.abs(m.at - at) * box.width <= 5 * (points - 1) * data.step * 1000)
    .sort((a, b) => (a.kind === "worker") - (b.kind === "worker")).slice(0, 5);
  tip.textContent = [when, ...data.lines.map((l) => `${l.name || "value"}: ${l.values[i] ?? "–"}`), ...near.map((m) => `${new Date(m.at).toISOString().slice(11, 19)} ${m.text}`)].join("\n");
  tip.style.left = `${Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(e.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
});

// A list that was opened closes when something else is clicked.
document.addEventListener("click", (e) => {
  document.querySelectorAll("details[open].chooser").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
});

// What became of a copy is seen at the button for a moment, and heard.
document.addEventListener("click", async (e) => {
  const copy = e.target.closest?.("[data-copy]");
  if (!copy) return;
  let word = "copied";
  try { await navigator.clipboard.writeText(copy.dataset.copy); } catch { word = "not copied"; }
  const said = document.getElementById("said");
  copy.dataset.copied = word;
  said.textContent = `${word}: ${copy.dataset.copy.length <= 80 ? copy.dataset.copy : "all of it"}`;
  clearTimeout(copy.copiedUntil);
  copy.copiedUntil = setTimeout(() => { delete copy.dataset.copied; said.textContent = ""; }, 2000);
});

let watcher;
const setLive = (live) => { if (live) document.documentElement.dataset.live = "true"; else delete document.documentElement.dataset.live; };
// Reading and scrolling are use, too, though the server sees nothing of them: it is told, now and then, that somebody is there.
const telling = 20000;
let told = 0;
const inUse = () => {
  if (!watcher || Date.now() - told < telling) return;
  told = Date.now();
  watcher.invokeMethodAsync("InUse").catch(() => {});
};
for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) document.addEventListener(kind, inUse, { passive: true });
document.addEventListener("visibilitychange", () => watcher?.invokeMethodAsync("SetHidden", document.hidden).catch(() => {}));

window.consoleUi = {
  openDialog: (dialog) => { if (!dialog.open) dialog.showModal(); dialog.querySelector("textarea, input, select, button.primary, button")?.focus(); },
  closeDialog: (dialog) => { if (dialog.open) dialog.close(); },
  focusHeading: () => {
    const heading = document.querySelector("h1");
    if (!heading || document.activeElement?.closest("main, dialog")) return;
    if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
    heading.focus();
  },
  watch: (reference) => { watcher = reference; setLive(true); reference.invokeMethodAsync("SetClock", -new Date().getTimezoneOffset()).catch(() => {}); if (document.hidden) reference.invokeMethodAsync("SetHidden", true); },
  keepColumns: (cookie, table, columns) => {
    const kept = document.cookie.split("; ").find((c) => c.startsWith(`${cookie}=`))?.slice(cookie.length + 1) ?? "";
    const parts = kept.split("_").filter((part) => part && part.split(".")[0] !== table);
    if (columns.length > 0) parts.push([table, ...columns].join("."));
    document.cookie = `${cookie}=${parts.join("_")}; path=/; max-age=${parts.length > 0 ? 31536000 : 0}; samesite=strict`;
  },
  unwatch: () => { watcher = undefined; setLive(false); },
};

// A connection that hangs is as lost as one that is closed; the framework's half minute is long to be shown old numbers as live.
const silence = 15000;
window.Blazor?.start({ circuit: { configureSignalR: (builder) => builder.withServerTimeout(silence) } });

// A page that gets no circuit would look like one that is live. It asks whether there is room, says so while there is none, and is loaded anew when there is.
const pauses = (ms) => new Promise((done) => setTimeout(done, ms));
const full = document.getElementById("full");
const waitForRoom = async () => {
  for (let pause = 1000; !watcher; pause = Math.min(pause * 2, 10000)) {
    await pauses(pause);
    if (watcher) break;
    const alive = await fetch("/admin/alive", { cache: "no-store" }).catch(() => undefined);
    if (alive?.ok && !full.hidden) { location.reload(); return; }
    if (alive?.status !== 503 || watcher) continue;
    full.hidden = false;
    document.documentElement.toggleAttribute("data-lost", true);
  }
};
if (window.Blazor) waitForRoom();
// A page without a circuit is read anew by itself, unless it is stopped or nobody can see it.
const again = document.querySelector("[data-refresh]");
if (again) {
  const stop = again.querySelector("[data-refresh-stop]");
  const said = again.querySelector("[data-refresh-said]");
  let stopped = false;
  const words = () => [...again.querySelectorAll(".panel-head")].map((h) => `${h.querySelector("h2").textContent}: ${h.querySelector(".mark")?.textContent ?? "no answer"}`).join("; ");
  let known = words();
  const read = async () => {
    if (stopped || document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-refresh-part]");
      if (!answer.ok || !fresh) { location.reload(); return; }
      again.querySelector("[data-refresh-part]").replaceWith(fresh);
      if (known !== words()) said.textContent = known = words();
    } catch { said.textContent = "Could not retrieve health checks data"; }
  };
  stop.hidden = false;
  stop.addEventListener("click", () => { stopped = !stopped; stop.textContent = stopped ? "Start polling" : "Stop polling"; if (!stopped) read(); });
  setInterval(read, Number(again.dataset.refresh) * 1000);
}

// That the circuit is lost the page says by itself: who would tell it otherwise is what is lost.
// A circuit that the server gave up cannot be resumed: the page is loaded anew as soon as somebody answers.
const overlay = document.getElementById("components-reconnect-modal");
if (overlay) {
  let trying = false;
  new MutationObserver(async () => {
    const givenUp = overlay.matches(".components-reconnect-failed, .components-reconnect-rejected");
    const lost = givenUp || overlay.matches(".components-reconnect-show");
    document.documentElement.toggleAttribute("data-lost", lost);
    setLive(!lost && !!watcher);
    if (!givenUp || trying) return;
    trying = true;
    for (let pause = 500; ; pause = Math.min(pause * 2, 10000)) {
      try { if ((await fetch("/admin/alive", { cache: "no-store" })).ok) { location.reload(); return; } } catch { /* not yet */ }
      await pauses(pause);
    }
  }).observe(overlay, { attributes: true, attributeFilter: ["class"] });
}

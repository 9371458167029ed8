/* Lists: j/k and arrows move, Enter opens, a click opens the side panel; selection and its bar. */
import { mayUseKey } from "./keys.js";


const panel = document.getElementById("side-panel");

/* --- rows --------------------------------------------------------------------------------- */
const rows = () => [...document.querySelectorAll("tr[data-href]")];
const current = () => document.querySelector("tr.is-current");

function choose(row) {
  current()?.classList.remove("is-current");
  row.classList.add("is-current");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const row = all[Math.max(0, Math.min(all.length - 1, at === -1 ? 0 : at + step))];
  choose(row);
  if (panel && !panel.hidden && row.dataset.panel) openPanel(row);
}

document.addEventListener("keydown", (event) => {
  if (!mayUseKey(event)) return;
  const row = event.target.closest?.("tr[data-href]") ?? current();
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "Enter" && row && !event.target.closest("a, button, summary")) location.assign(row.dataset.href);
  else if (event.key === "x" && row) row.querySelector("input[name=selected]")?.click();
  else if (event.key === " " && row?.dataset.panel && event.target === row) openPanel(row);
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary, [popover]")) return;
  if (getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
  else if (row.dataset.panel && panel) {
    choose(row);
    openPanel(row);
  } else location.assign(row.dataset.href);
});

/* --- side panel --------------------------------------------------------------------------- */
function openPanel(row) {
  panel.hidden = false;
  window.htmx.ajax("get", row.dataset.panel, { target: "#side-panel", swap: "innerHTML" });
}

function closePanel() {
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
  current()?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) closePanel();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open], [popover]:popover-open")) closePanel();
});

/* --- selection ---------------------------------------------------------------------------- */
const bar = () => document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("input[name=selected][form=bulk]")];

function showSelection() {
  const form = bar();
  if (!form) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked);
  const hasActions = form.querySelector(".bulk-actions").childElementCount > 0;
  form.hidden = !chosen.length || !hasActions;
  form.querySelector("[data-bulk-count]").textContent = chosen.length.toLocaleString(document.documentElement.lang);
  for (const head of document.querySelectorAll("[data-select-all]")) {
    head.checked = chosen.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
}

let lastBox = null;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-bulk-clear]")) {
    for (const box of boxes()) box.checked = false;
    showSelection();
  }
  const box = event.target.closest("input[name=selected]");
  if (!box) return;
  if (event.shiftKey && lastBox?.isConnected) {
    const all = boxes();
    const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  lastBox = box;
  showSelection();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-select-all], input[name=selected]")) showSelection();
});

/* --- after a swap: selection is gone, exports follow the URL, empty filters stay out of it -- */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "results" && event.detail.elt?.id !== "results") return;
  showSelection();
  for (const link of document.querySelectorAll("a[data-live-query]")) {
    const query = new URLSearchParams(location.search);
    query.delete("page");
    query.set("_export", new URL(link.href).searchParams.get("_export"));
    link.href = `?${query}`;
  }
});
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("[data-filters]")) return;
  // The order of the rows was chosen in the table, outside this form.
  const sort = new URLSearchParams(location.search).get("sort");
  if (sort) event.detail.formData.set("sort", sort);
  for (const [key, value] of [...event.detail.formData.entries()]) {
    // "unknown" is what a yes/no choice sends when nobody chose.
    if (value === "" || value === "unknown") event.detail.formData.delete(key);
  }
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-filters]")) event.target.querySelector("details[open]")?.removeAttribute("open");
});

showSelection();

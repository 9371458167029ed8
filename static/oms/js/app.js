/* The entry of every page: wires the parts together. Other modules never import this one. */
import "./confirm.js";
import "./copy.js";
import "./keys.js";
import "./lists.js";
import "./palette.js";
import { say, store, tend, toast } from "./lib.js";

const root = document.documentElement;

/* --- htmx: errors are said, with a way to try again --------------------------------------- */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  // A typed refusal carries its own toast and says where it belongs.
  if (xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

function retryOf(detail) {
  const { verb, path, triggeringEvent } = detail.requestConfig ?? {};
  if (verb === "get") return () => window.htmx.ajax("get", path, { source: detail.elt, target: detail.target });
  const form = detail.elt?.closest?.("form");
  return form && triggeringEvent ? () => form.requestSubmit() : null;
}

function sayError(key, detail) {
  const run = retryOf(detail);
  toast(say(key), { tone: "red", action: run && { label: say("retry"), run } });
}

document.addEventListener("htmx:responseError", (event) => sayError("serverError", event.detail));
document.addEventListener("htmx:sendError", (event) => sayError("sendError", event.detail));
document.addEventListener("htmx:timeout", (event) => sayError("sendError", event.detail));
document.addEventListener("toast", (event) => {
  const { text, value, tone } = event.detail ?? {};
  toast(text ?? value ?? "", { tone });
});

/* --- toasts ------------------------------------------------------------------------------- */
const region = document.getElementById("toasts");
if (region) {
  // What was there when the page came is put in again, so that a screen reader says it.
  const first = [...region.children];
  region.replaceChildren();
  requestAnimationFrame(() => {
    region.append(...first);
    first.forEach(tend);
  });
  new MutationObserver(() => [...region.children].forEach(tend)).observe(region, { childList: true });
}
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove();
});

/* --- theme, rail, menus ------------------------------------------------------------------- */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  const theme = event.submitter?.value;
  if (!form || theme === undefined) return;
  event.preventDefault();
  root.dataset.theme = theme;
  root.dispatchEvent(new Event("oms:theme"));
  document.dispatchEvent(new Event("oms:theme"));
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const body = new FormData(form);
  body.set("theme", theme);
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => toast(say("sendError"), { tone: "red" }));
});

function setRail(narrow) {
  if (narrow) root.dataset.rail = "narrow";
  else delete root.dataset.rail;
  store.set("rail", narrow ? "narrow" : "wide");
  document.querySelector("[data-rail-toggle]")?.setAttribute("aria-expanded", String(!narrow));
}
if (root.dataset.rail === "narrow") setRail(true);

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-rail-toggle]")) setRail(root.dataset.rail !== "narrow");
  if (target.closest("[data-rail-open]") && target.closest("button")) {
    root.dataset.railOpen = "";
    document.querySelector(".rail a")?.focus();
  }
  if (target.closest("[data-rail-close]")) delete root.dataset.railOpen;
  if (target.closest("[data-back]")) history.back();
  if (target.closest("[data-menu-close]")) target.closest("details")?.removeAttribute("open");
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  delete root.dataset.railOpen;
  const menu = event.target.closest?.("details[data-menu][open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  }
});

/* --- popovers beside their button --------------------------------------------------------- */
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target;
    if (event.newState !== "open" || !panel.matches?.(".why-panel")) return;
    const button = document.querySelector(`[popovertarget="${panel.id}"]`).getBoundingClientRect();
    const box = panel.getBoundingClientRect();
    const below = button.bottom + 6;
    const top = below + box.height > innerHeight - 8 ? Math.max(8, button.top - box.height - 6) : below;
    panel.style.top = `${top}px`;
    panel.style.left = `${Math.max(8, Math.min(button.left, innerWidth - box.width - 8))}px`;
  },
  true,
);

/* --- forms: no browser bubbles, focus on the summary, what changed ------------------------- */
function prepare(scope) {
  for (const form of scope.querySelectorAll("form")) form.noValidate = true;
  scope.querySelector("[data-error-summary]:not(.guide *)")?.focus();
  if (scope.querySelector("[data-chart]")) import("./charts.js").then((charts) => charts.draw(scope));
  for (const form of scope.querySelectorAll("form[data-track-changes]:not([data-tracked])")) track(form);
}

function labelOf(control) {
  return control.labels?.[0]?.firstChild?.textContent.trim() ?? control.name;
}

function track(form) {
  form.dataset.tracked = "yes";
  const changed = (control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected);
    return control.value !== control.defaultValue;
  };
  const list = () => [...form.elements].filter((control) => control.name && control.type !== "hidden" && changed(control));
  let sending = false;
  form.addEventListener("input", () => {
    const words = [...new Set(list().map(labelOf))];
    const output = form.querySelector("[data-changes]");
    if (output) output.textContent = words.length ? `${say("unsaved")} ${words.join(", ")}` : output.dataset.none;
  });
  form.addEventListener("submit", () => (sending = true));
  addEventListener("beforeunload", (event) => {
    if (!sending && form.isConnected && list().length) event.preventDefault();
  });
}

document.addEventListener("click", (event) => {
  const login = event.target.closest("[data-demo-user]");
  if (!login) return;
  const form = document.querySelector("[data-login]");
  form.elements.username.value = login.dataset.demoUser;
  form.elements.password.value = login.dataset.demoPassword;
  form.querySelector("button.btn-primary").focus();
});

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);

/* Single-key shortcuts, which can be switched off (they clash with speech input and some scanners). */
import { isTyping, say, store, toast } from "./lib.js";

let on = store.get("shortcuts") !== "off";

/** Whether a plain letter may act as a shortcut now. */
export function mayUseKey(event) {
  return on && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target) && !document.querySelector("dialog[open]");
}

function show() {
  for (const button of document.querySelectorAll("[data-shortcuts-toggle]")) {
    button.setAttribute("aria-pressed", String(on));
    button.querySelector("[data-shortcuts-word]").textContent = say(on ? "shortcutsOn" : "shortcutsOff");
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-shortcuts-toggle]")) return;
  on = !on;
  store.set("shortcuts", on ? "on" : "off");
  show();
  toast(say(on ? "shortcutsOn" : "shortcutsOff"));
});
show();

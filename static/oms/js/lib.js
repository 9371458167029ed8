/* What the other modules share: sentences, toasts, stored switches. */

const words = document.getElementById("words")?.dataset ?? {};

/** A translated sentence of ui/client_words.html. */
export function say(key) {
  return words[key] ?? key;
}

/** The address of a vendored file, from a meta tag the template filled in. */
export function asset(name) {
  return document.querySelector(`meta[name="oms:${name}"]`)?.content ?? "";
}

/** A switch kept on this device; storage may be forbidden, so it may simply not be kept. */
export const store = {
  get(key) {
    try {
      return localStorage.getItem(`oms.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`oms.${key}`, value);
    } catch {
      /* Kept until the page closes, that is all. */
    }
  },
};

const loaded = new Map();

/** Load a classic script of ours once. */
export function loadScript(url) {
  if (!loaded.has(url)) {
    loaded.set(
      url,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`Cannot load ${url}`));
        document.head.append(script);
      }),
    );
  }
  return loaded.get(url);
}

const LASTING = 6000;

function dismissLater(toast) {
  let timer = 0;
  const start = () => (timer = setTimeout(() => toast.remove(), LASTING));
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
}

/** Refusals and warnings stay until dismissed; good news leaves by itself. */
export function tend(toast) {
  if (toast.dataset.tended) return;
  toast.dataset.tended = "yes";
  if (toast.matches(".tone-green, .tone-blue")) dismissLater(toast);
}

/** Show a toast; `action` is {label, run} for a next step such as "Try again". */
export function toast(text, { tone = "blue", action = null } = {}) {
  const region = document.getElementById("toasts");
  const template = document.getElementById(`toast-${tone}`) ?? document.getElementById("toast-blue");
  if (!region || !template) return null;
  for (const old of region.querySelectorAll("[data-toast]")) {
    if (old.querySelector(".toast-text").textContent.startsWith(text)) old.remove();
  }
  const item = template.content.firstElementChild.cloneNode(true);
  const paragraph = item.querySelector(".toast-text");
  paragraph.textContent = text;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-ghost toast-action";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      item.remove();
      action.run();
    });
    paragraph.append(" ", button);
  }
  region.append(item);
  tend(item);
  return item;
}

/** Whether keystrokes belong to a field the person is typing in. */
export function isTyping(target) {
  return Boolean(target?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));
}

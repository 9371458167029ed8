/* The counter: scans go to the scan field's form, answers become moments, undo counts down. */
import { feedback } from "./feedback.js";
import { say, toast } from "./lib.js";
import { announce, scanWithCamera } from "./scan.js";

const form = document.querySelector("[data-scan]");
const input = form?.querySelector("input[name=code]");
// Else the page's own script listens to "oms:scan".
const sentByForm = Boolean(form?.getAttribute("action")) && !form.hasAttribute("data-scan-queue");
const spoken = document.getElementById("scan-result");

/* A scan waits for the answer to the one before: of those that come meanwhile, htmx keeps the last. */
const scans = [];
let asking = false;

function send(code, method) {
  if (spoken) spoken.textContent = `${say("scanned")} ${[...code].join(" ")}`;
  if (!sentByForm) return;
  scans.push({ code, method });
  if (!asking) sendNext();
}

function sendNext() {
  const scan = scans.shift();
  asking = Boolean(scan);
  if (!scan) return;
  form.querySelector("[data-scan-method]").value = scan.method;
  input.value = scan.code;
  form.requestSubmit();
}

document.addEventListener("oms:scan", (event) => {
  closeMoment();
  feedback("scan");
  form?.classList.add("is-heard");
  setTimeout(() => form?.classList.remove("is-heard"), 250);
  send(event.detail.code, event.detail.method);
});

form?.addEventListener("submit", (event) => {
  if (!input.value.trim()) event.preventDefault();
  if (sentByForm) return;
  event.preventDefault();
  if (input.value.trim()) announce(input.value.trim(), "typed");
  input.value = "";
});
form?.addEventListener("htmx:beforeRequest", () => (asking = true));
form?.addEventListener("htmx:afterRequest", (event) => {
  form.querySelector("[data-scan-method]").value = "typed";
  if (event.detail.successful) input.value = "";
  // Once htmx is through with this request.
  setTimeout(sendNext);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-camera]");
  const view = document.querySelector("[data-camera-view]");
  if (event.target.closest("[data-camera-close]")) view.close();
  if (!button) return;
  const code = await scanWithCamera(view, button.dataset.wasm);
  if (code) announce(code, "camera");
});

/* --- moments ------------------------------------------------------------------------------ */
let timer = 0;

function closeMoment() {
  clearTimeout(timer);
  document.querySelector("#moment .moment")?.remove();
}

function showMoment(moment) {
  clearTimeout(timer);
  feedback(moment.dataset.moment);
  if (moment.dataset.moment === "ok") {
    timer = setTimeout(closeMoment, Number(moment.dataset.seconds) * 1000);
  } else {
    (moment.querySelector("[data-moment-action]") ?? moment.querySelector("[data-moment-close]"))?.focus();
  }
}

document.addEventListener("htmx:load", (event) => {
  const moment = event.detail.elt.closest?.(".moment[data-moment]") ?? event.detail.elt.querySelector?.("#moment .moment");
  if (moment?.closest("#moment")) showMoment(moment);
});
document.addEventListener("click", (event) => {
  const moment = event.target.closest("#moment .moment");
  if (!moment) return;
  if (event.target.closest("[data-moment-close]") || moment.dataset.moment === "ok") closeMoment();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMoment();
});

/* --- time: promises and the undo bar ------------------------------------------------------- */
function tick() {
  for (const bar of document.querySelectorAll("[data-until]")) {
    const left = Math.floor((Date.parse(bar.dataset.until) - Date.now()) / 1000);
    if (left <= 0) bar.remove();
    else bar.querySelector("[data-countdown]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}
setInterval(tick, 1000);
tick();

/* --- connection --------------------------------------------------------------------------- */
const note = document.querySelector("[data-offline-note]");
function showConnection(event) {
  if (note) note.hidden = navigator.onLine;
  if (event) toast(say(navigator.onLine ? "online" : "offline"), { tone: navigator.onLine ? "green" : "amber" });
}
addEventListener("online", showConnection);
addEventListener("offline", showConnection);
showConnection();

/* News for the queue: the server answers with HX-Trigger: "new-order". */
document.addEventListener("new-order", () => feedback("news"));

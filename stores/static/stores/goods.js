/* Scans are sent one after the other, in the order they came, however slow the line is. One that got
   no answer is sent again with the same nonce: the server counts a nonce once. */

const form = document.querySelector("[data-scan-queue]");
const note = document.querySelector("[data-goods-waiting]");
const AGAIN = 2000; // ms
const waiting = [];
let sending = false;

function nonce() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function count(code, add = "1") {
  waiting.push({ code, add, nonce: nonce() });
  send();
}

async function send() {
  tell();
  if (sending) return;
  sending = true;
  while (waiting.length) {
    if (await answered(waiting[0])) waiting.shift();
    else await new Promise((resolve) => setTimeout(resolve, AGAIN));
    tell();
  }
  sending = false;
}

/* No answer, or one that says "later": the scan stays. Anything else was decided. */
async function answered(values) {
  let status = 0;
  const seen = (event) => (status = event.detail.xhr.status);
  form.addEventListener("htmx:afterRequest", seen, { once: true });
  try {
    await window.htmx.ajax("POST", form.action, { source: form, target: "#moment", swap: "innerHTML", values });
  } catch {
    status = 0;
  }
  form.removeEventListener("htmx:afterRequest", seen);
  return status > 0 && status !== 502 && status !== 503 && status !== 504;
}

function tell() {
  if (!note) return;
  note.hidden = waiting.length < 2;
  note.querySelector("[data-number]").textContent = String(waiting.length);
}

document.addEventListener("oms:scan", (event) => count(event.detail.code));
document.addEventListener("submit", (event) => {
  const step = event.target.closest("[data-step]");
  if (!step) return;
  event.preventDefault();
  count(step.dataset.step, event.submitter?.value ?? "1");
});
addEventListener("beforeunload", (event) => {
  if (waiting.length) event.preventDefault();
});

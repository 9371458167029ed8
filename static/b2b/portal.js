/* The portal: pack steps, the keyboard of the quick order, no double submits. Everything works
   without it; it only saves keystrokes. */

const PACK = "input[data-pack]";

/* --- quantity fields ------------------------------------------------------------------------ */
function stepped(input, direction) {
  const pack = Number(input.dataset.pack) || 1;
  const now = Number(input.value.replace(/\D/g, "")) || 0;
  const next = direction > 0 ? (Math.floor(now / pack) + 1) * pack : (Math.ceil(now / pack) - 1) * pack;
  input.value = String(Math.max(next, pack));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function stepper(input) {
  if (input.closest(".stepper")) return;
  const box = document.createElement("span");
  box.className = "stepper";
  input.replaceWith(box);
  const button = (sign, direction) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn-icon";
    made.tabIndex = -1;
    made.setAttribute("aria-hidden", "true");
    made.textContent = sign;
    made.addEventListener("click", () => {
      stepped(input, direction);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return made;
  };
  box.append(button("−", -1), input, button("+", 1));
}

document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.(PACK);
  if (!input || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  event.preventDefault();
  stepped(input, event.key === "ArrowUp" ? 1 : -1);
});

/* --- quick order ---------------------------------------------------------------------------- */
const quick = document.querySelector("[data-quick]");
const rows = quick?.querySelector("[data-rows]");

function addRow() {
  const row = quick.querySelector("[data-row-template]").content.firstElementChild.cloneNode(true);
  rows.append(row);
  window.htmx.process(row);
  return row;
}

function nextRow(row) {
  const next = row.nextElementSibling ?? addRow();
  next.querySelector("[data-code]").focus();
}

if (quick) {
  const more = quick.querySelector("[data-row-add]");
  more.hidden = false;
  more.addEventListener("click", () => {
    const first = addRow();
    addRow();
    addRow();
    first.querySelector("[data-code]").focus();
  });
  quick.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.target.matches("[data-code]")) row.querySelector("[data-quantity]").focus();
    else if (event.target.matches("[data-quantity]")) nextRow(row);
  });
  quick.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) quick.requestSubmit(quick.querySelector("[data-quick-check]"));
  });
  // A whole list pasted into one field belongs to the list field.
  quick.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!event.target.matches("[data-code]") || !/[\n\t]/.test(text.trim())) return;
    event.preventDefault();
    const area = quick.querySelector("textarea[name=text]");
    area.value = area.value ? `${area.value.trimEnd()}\n${text}` : text;
    area.focus();
  });
  quick.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-quantity], [data-set-code]");
    if (!button) return;
    const row = button.closest("[data-row]");
    const { setCode, setQuantity } = button.dataset;
    if (setCode) row.querySelector("[data-code]").value = setCode;
    if (setQuantity) row.querySelector("[data-quantity]").value = setQuantity;
    row.querySelector(setCode ? "[data-quantity]" : "[data-code]").focus();
    row.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // A scanner or a fast typist may leave the page with half a list: say so first.
  let sending = false;
  quick.addEventListener("submit", () => (sending = true));
  addEventListener("beforeunload", (event) => {
    const typed = [...quick.querySelectorAll("[data-code]")].some((input) => input.value.trim());
    if (!sending && typed) event.preventDefault();
  });
}

/* --- checkout ------------------------------------------------------------------------------- */
const other = document.querySelector("[data-other-address]");
if (other) {
  const show = () => {
    other.hidden = document.querySelector("input[name=ship_to]:checked")?.value !== "other";
  };
  for (const radio of document.querySelectorAll("input[name=ship_to]")) radio.addEventListener("change", show);
  show();
}
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
// The back button brings the page back as it was left: it may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

/* --- the tree stands open where there is room ------------------------------------------------ */
const tree = document.querySelector("[data-wide-open]");
const wide = matchMedia("(min-width: 1000px)");
if (tree && wide.matches) tree.open = true;
wide.addEventListener("change", () => {
  if (tree && wide.matches) tree.open = true;
});

function prepare(scope) {
  for (const input of scope.querySelectorAll(PACK)) stepper(input);
}
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);

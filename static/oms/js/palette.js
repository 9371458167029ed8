/* The search box as a palette: `/` or Ctrl-K focuses it, arrows choose, Enter opens. */
import { mayUseKey } from "./keys.js";

const form = document.querySelector("[data-palette]");

if (form) {
  const input = form.querySelector("input[type=search]");
  const panel = form.querySelector("[data-palette-panel]");
  const places = form.querySelector("[data-palette-places]");
  const placesLabel = places.previousElementSibling;
  let option = null;
  let count = 0;

  const options = () => [...panel.querySelectorAll("[role=option]:not([hidden])")];

  function select(next) {
    option?.setAttribute("aria-selected", "false");
    option = next;
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.id ||= `option-${(count += 1)}`;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  /* The places one can go to are the rail's own links. */
  for (const link of document.querySelectorAll(".rail-list a, .portal-nav a")) {
    const row = document.createElement("li");
    const copy = link.cloneNode(true);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    copy.removeAttribute("aria-current");
    copy.removeAttribute("title");
    copy.className = "";
    copy.tabIndex = -1;
    row.append(copy);
    places.append(row);
  }

  function filterPlaces() {
    const wanted = input.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const row of places.children) {
      row.hidden = !row.textContent.trim().toLocaleLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    placesLabel.hidden = places.hidden = shown === 0;
  }

  function open() {
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    filterPlaces();
  }

  function close() {
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    select(null);
  }

  input.addEventListener("focus", open);
  input.addEventListener("input", () => {
    open();
    select(null);
    if (!input.value.trim()) panel.querySelector("#suggestions").replaceChildren();
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(option);
    if (event.key === "ArrowDown") select(all[Math.min(all.length - 1, at + 1)]);
    else if (event.key === "ArrowUp") select(all[Math.max(0, at - 1)]);
    else if (event.key === "Enter" && option) option.querySelector("a").click();
    else if (event.key === "Escape") {
      input.value = "";
      close();
      input.blur();
    } else return;
    event.preventDefault();
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  panel.addEventListener("pointerdown", (event) => event.preventDefault());

  document.addEventListener("keydown", (event) => {
    const combination = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (!combination && !(event.key === "/" && mayUseKey(event))) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

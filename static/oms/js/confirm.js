/* data-confirm="Cancel 3 orders?" on a button, link, form or htmx element asks first. */

const dialog = document.getElementById("confirm");

/** Ask; resolves to true or false. */
export function ask(element, question) {
  const data = element.dataset;
  const title = dialog.querySelector("h2");
  const yes = dialog.querySelector("[data-yes]");
  title.textContent = data.confirmTitle || title.dataset.default;
  yes.textContent = data.confirmButton || yes.dataset.default;
  yes.className = data.confirmTone === "red" ? "btn btn-danger-solid" : "btn btn-primary";
  dialog.querySelector("[data-text]").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

const agreed = new WeakSet();

function isHtmx(element) {
  return Boolean(element.closest("[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]"));
}

document.addEventListener("htmx:confirm", (event) => {
  const source = event.detail.triggeringEvent?.submitter?.closest?.("[data-confirm]") ?? event.target.closest("[data-confirm]");
  if (!source) return;
  event.preventDefault();
  ask(source, source.dataset.confirm).then((yes) => yes && event.detail.issueRequest(true));
});

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (!link || agreed.has(link) || isHtmx(link)) return;
    event.preventDefault();
    event.stopPropagation();
    ask(link, link.dataset.confirm).then((yes) => {
      if (!yes) return;
      agreed.add(link);
      link.click();
      agreed.delete(link);
    });
  },
  true,
);

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const source = event.submitter?.matches("[data-confirm]") ? event.submitter : form.matches("[data-confirm]") ? form : null;
    if (!source || agreed.has(form) || isHtmx(form)) return;
    event.preventDefault();
    event.stopPropagation();
    ask(source, source.dataset.confirm).then((yes) => {
      if (!yes) return;
      agreed.add(form);
      form.requestSubmit(event.submitter);
      agreed.delete(form);
    });
  },
  true,
);

/* Buttons with `data-copy="text"`: the text goes to the clipboard, and a toast says so. */
import { say, toast } from "./lib.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(say("copied"), { tone: "green" });
  } catch {
    // No clipboard without HTTPS, or the person said no: what is shown can be selected.
    toast(say("notCopied"), { tone: "amber" });
  }
});

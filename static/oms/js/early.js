/* Before anything is painted: the theme of the system unless one was chosen, and the rail's width. */
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme;
    const fixed = chosen === "light" || chosen === "dark";
    root.dataset.bsTheme = fixed ? chosen : dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  root.addEventListener("oms:theme", apply);
  root.classList.add("js");
  try {
    if (localStorage.getItem("oms.rail") === "narrow") root.dataset.rail = "narrow";
  } catch {
    /* No storage: the rail simply starts wide. */
  }
})();

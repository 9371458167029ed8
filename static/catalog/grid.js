/* The price grid: a block pasted from a spreadsheet fills the cells; Enter and arrows move. */
const grid = document.querySelector("[data-price-grid]");

const rows = () => [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll(".price-cell")]);

function place(cell) {
  const all = rows();
  const row = all.findIndex((cells) => cells.includes(cell));
  return { all, row, column: all[row]?.indexOf(cell) ?? -1 };
}

function mark(cell) {
  cell.classList.toggle("is-edited", cell.value.trim() !== cell.defaultValue.trim());
}

grid?.addEventListener("paste", (event) => {
  const cell = event.target.closest(".price-cell");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const block = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  if (!cell || (block.length === 1 && block[0].length === 1)) return;
  event.preventDefault();
  const { all, row, column } = place(cell);
  block.forEach((line, down) =>
    line.forEach((value, right) => {
      const target = all[row + down]?.[column + right];
      if (!target) return;
      target.value = value.trim();
      mark(target);
    }),
  );
  cell.dispatchEvent(new Event("input", { bubbles: true }));
});

grid?.addEventListener("input", (event) => {
  const cell = event.target.closest(".price-cell");
  if (cell) mark(cell);
});

grid?.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".price-cell");
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!cell || !step || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { all, row, column } = place(cell);
  const next = all[row + (event.shiftKey ? -step : step)]?.[column];
  next?.focus();
  next?.select();
});

grid?.addEventListener("focusin", (event) => event.target.closest(".price-cell")?.select());

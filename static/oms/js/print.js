/* The print button of slips and labels. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

"use strict";
// What the pages do beyond showing: filter and sort the table of a class, and open everything before printing.
// Nothing here reads more than the page itself; without it, the page is complete.
(() => {
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open], .fold)")) {
      details.open = true;
      opened.push(details);
    }
  });
  addEventListener("afterprint", () => {
    while (opened.length) opened.pop().open = false;
  });

  const table = document.getElementById("table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];

  // Filters
  const form = document.getElementById("filter");
  const [name, exercise, progress] = ["name", "exercise", "progress"].map((id) => document.getElementById(`filter-${id}`));
  const shown = document.getElementById("shown");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const fits = (cell) =>
    (!exercise.value || cell.dataset.exercise === exercise.value) &&
    (!progress.value || cell.dataset.kinds.split(" ").includes(progress.value));
  const filter = () => {
    const wanted = plain(name.value.trim());
    let count = 0;
    for (const row of rows) {
      const named = plain(row.cells[0].textContent).includes(wanted);
      row.hidden = !(named && [...row.querySelectorAll("[data-exercise]")].some(fits));
      count += !row.hidden;
    }
    shown.textContent = count;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter(); // a browser may have kept what was typed

  // Sorting: a second choice of the same heading turns the order around
  const key = (row, column) => {
    const text = row.cells[column].firstChild.textContent.trim();
    return column === 0 ? text : text === "" || Number.isNaN(Number(text)) ? -1 : Number(text);
  };
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const up = heading.ariaSort ? heading.ariaSort === "descending" : column === 0;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      rows.sort((a, b) => (up ? 1 : -1) * compare(key(a, column), key(b, column)));
      body.append(...rows);
    });
  });
})();

// Progressive enhancement only: every window works without it.
(() => {
  "use strict";

  // A double click sends a form once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const question = event.submitter && event.submitter.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Live progress of a run.
  document.querySelectorAll("[data-progress]").forEach((place) => {
    const bar = place.querySelector("progress");
    const figures = place.querySelector(".figures");
    const source = new EventSource(place.dataset.progress);
    const show = (event) => {
      const run = JSON.parse(event.data);
      const told = run.progress || {};
      if (told.total) {
        bar.max = told.total;
        bar.value = told.done;
        figures.textContent = `${told.done} / ${told.total}`;
      } else if (told.done) {
        figures.textContent = String(told.done);
      }
      if (["succeeded", "failed", "cancelled", "ready"].includes(run.state)) {
        source.close();
        window.location.assign(place.dataset.done);
      }
    };
    source.onmessage = show;
    ["progress", "end"].forEach((name) => source.addEventListener(name, show));
  });

  // A select that chooses what is shown sends its form by itself.
  document.querySelectorAll("select[data-go]").forEach((select) => {
    select.addEventListener("change", () => select.form.requestSubmit());
  });

  // On a narrow screen each row of a table stands as a block: a cell says its column's name, and stays a cell for ears.
  const narrow = window.matchMedia("(max-width: 40rem)");
  const stack = () => {
    if (!narrow.matches) return;
    document.querySelectorAll(".table table:not(.stacked)").forEach((table) => {
      if (!table.tHead) return;
      const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
      table.classList.add("stacked");
      table.setAttribute("role", "table");
      [...table.tBodies, ...(table.tFoot ? [table.tFoot] : [])].forEach((group) => {
        group.setAttribute("role", "rowgroup");
        [...group.rows].forEach((row) => {
          row.setAttribute("role", "row");
          [...row.cells].forEach((cell, place) => {
            cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
            if (cell.tagName === "TD" && cell.colSpan === 1 && names[place]) cell.dataset.label = names[place];
          });
        });
      });
    });
  };
  narrow.addEventListener("change", stack);
  stack();

  // Tick every box of a table.
  document.querySelectorAll("input[data-all]").forEach((all) => {
    all.addEventListener("change", () => {
      document.querySelectorAll(`input[name="${all.dataset.all}"]`).forEach((box) => {
        box.checked = all.checked;
      });
    });
  });
})();

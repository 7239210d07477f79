// The entry page, quicker: Enter and arrows between rows, today's date, units and last values of a chosen marker.
(function () {
  "use strict";
  const form = document.getElementById("visit-form");
  const hints = JSON.parse(document.getElementById("hints").textContent);
  const day = document.getElementById("id_collected_on");
  const echo = document.getElementById("day-echo");
  const total = form.querySelector("[name=row-TOTAL_FORMS]");
  const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };

  function rows() { return [...form.querySelectorAll("tr.row")]; }
  function field(row, column) { return row.querySelector("[data-column=" + column + "]"); }

  function toRow(row) { field(row, field(row, "marker").value ? "value" : "marker").focus(); }

  for (const button of form.querySelectorAll("[data-day]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const chosen = new Date();
      chosen.setDate(chosen.getDate() - Number(button.dataset.day));
      day.value = chosen.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
      sayDay();
    });
  }

  function sayDay() {
    const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(day.value.trim());
    const words = /^\d{1,2} [a-z]{3,} \d{4}$/i.test(day.value.trim());
    const found = iso ? new Date(iso[1], iso[2] - 1, iso[3]) : words ? new Date(day.value) : null;
    echo.textContent = found && !isNaN(found) ? found.toLocaleDateString("en-GB", long) : "";
  }
  day.addEventListener("change", sayDay);

  function addRows(count) {
    const body = form.querySelector(".rows tbody");
    for (let added = 0; added < count; added += 1) {
      const number = Number(total.value);
      const row = rows()[0].cloneNode(true);
      for (const input of row.querySelectorAll("input")) {
        input.name = input.name.replace(/row-\d+-/, "row-" + number + "-");
        if (input.id) input.id = input.id.replace(/row-\d+-/, "row-" + number + "-");
        input.value = "";
        input.removeAttribute("aria-invalid");
        if (input.hasAttribute("aria-label")) input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, number + 1));
        if (input.dataset.column === "value") input.setAttribute("aria-describedby", input.id + "-last");
        else input.removeAttribute("aria-describedby");
      }
      for (const part of row.querySelectorAll(".error, .sure")) part.remove();
      const last = row.querySelector(".last");
      last.id = field(row, "value").id + "-last";
      last.textContent = "";
      body.append(row);
      total.value = number + 1;
    }
  }

  document.getElementById("more").addEventListener("click", (event) => {
    event.preventDefault();
    const first = rows().length;
    addRows(12);
    field(rows()[first], "marker").focus();
  });

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.dataset.column === "unit") delete input.dataset.filled;
    if (input.dataset.column !== "marker") return;
    const row = input.closest("tr");
    const hint = hints.markers[hints.names[input.value.trim().toLowerCase()]];
    const unit = field(row, "unit");
    row.querySelector(".last").textContent = hint ? hint.last : "";
    if (hint && (!unit.value || unit.dataset.filled)) { unit.value = hint.unit; unit.dataset.filled = "yes"; }
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.getElementById("review").click();
      return;
    }
    if (event.altKey || event.isComposing) return;
    const all = rows();
    if (event.key === "Enter" && input.tagName === "INPUT" && !input.dataset.column) {
      event.preventDefault();
      toRow(all.find((row) => !field(row, "value").value) || all[0]);
      return;
    }
    if (!input.dataset.column) return;
    const place = all.indexOf(input.closest("tr"));
    if (event.key === "Enter") {
      event.preventDefault();
      if (place === all.length - 1) addRows(1);
      toRow(rows()[place + 1]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && input.dataset.column !== "marker") {
      const other = all[place + (event.key === "ArrowDown" ? 1 : -1)];
      if (other) { event.preventDefault(); field(other, input.dataset.column).focus(); }
    }
  });

  const errors = document.querySelector(".errors");
  if (errors) errors.focus();
  sayDay();
})();

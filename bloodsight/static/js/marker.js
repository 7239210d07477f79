// Draws the chart of a marker from the figure in the page, in the colors of the reader's scheme.
(function () {
  "use strict";
  const box = document.getElementById("chart");
  const figure = document.getElementById("figure");
  if (!box || !figure || !window.Plotly) return;
  const source = figure.textContent;
  const dark = JSON.parse(document.getElementById("palette").textContent);
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");
  const said = document.getElementById("chart-said");
  const config = {
    responsive: true,
    displaylogo: false,
    showSendToCloud: false,
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]],
  };
  let points = [];
  let current = -1;

  function height() {
    const width = box.clientWidth;
    return Math.round(Math.max(280, width >= 640 ? width / 2.4 : width / 1.15));
  }

  function draw() {
    let text = source;
    if (scheme.matches) for (const [light, color] of Object.entries(dark)) text = text.split('"' + light + '"').join('"' + color + '"');
    const chart = JSON.parse(text);
    chart.layout.height = height();
    if (box.clientWidth < 640) {
      chart.layout.xaxis.nticks = 4;
      chart.layout.annotations = chart.layout.meta.narrow;
      chart.layout.margin = { l: 48, r: 8, t: 30, b: 40 };
    }
    points = [];
    chart.data.forEach((trace, curve) => {
      if (trace.customdata) trace.x.forEach((x, place) => points.push({ x, curve, place, text: trace.text[place], result: trace.customdata[place] }));
    });
    points.sort((one, other) => (one.x < other.x ? -1 : one.x > other.x ? 1 : 0));
    return window.Plotly.react(box, chart.data, chart.layout, config);
  }

  function show(place) {
    current = Math.max(0, Math.min(points.length - 1, place));
    const point = points[current];
    window.Plotly.Fx.hover(box, [{ curveNumber: point.curve, pointNumber: point.place }]);
    said.textContent = point.text.replaceAll("<br>", ", ");
  }

  box.addEventListener("keydown", (event) => {
    if (!points.length) return;
    if (event.key === "ArrowRight") show(current + 1);
    else if (event.key === "ArrowLeft") show(current < 0 ? points.length - 1 : current - 1);
    else if (event.key === "Enter" && current >= 0) window.location.hash = "r-" + points[current].result;
    else if (event.key === "Escape") { window.Plotly.Fx.unhover(box); said.textContent = ""; current = -1; return; }
    else return;
    event.preventDefault();
  });

  draw().then(() => {
    box.on("plotly_click", (event) => {
      const result = event.points[0] && event.points[0].customdata;
      if (result) window.location.hash = "r-" + result;
    });
  });
  scheme.addEventListener("change", draw);
  let waiting = 0;
  window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(draw, 200); });
})();

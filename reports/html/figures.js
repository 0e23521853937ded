// Draws the figures that the page describes in its element "charts". Their numbers also stand in the page as tables.

const byId = (id) => document.getElementById(id);
const charts = [];

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

// Whiskers from `low` to `high` of each bar. Drawn behind points, in front of bars.
const whiskers = {
  id: "whiskers",
  afterDatasetDraw(chart, {index, meta}) {
    const {low, high} = chart.data.datasets[index];
    if (!low || meta.hidden) return;
    const isRow = chart.options.indexAxis === "y";
    const scale = chart.scales[isRow ? "x" : "y"];
    const context = chart.ctx;
    context.save();
    context.strokeStyle = colour("text");
    context.lineWidth = 1.25;
    meta.data.forEach((bar, i) => {
      if (low[i] === null || low[i] === undefined || high[i] === null) return;
      const from = scale.getPixelForValue(low[i]), to = scale.getPixelForValue(high[i]);
      const [x, y] = [bar.x, bar.y];
      const cap = 4;
      context.beginPath();
      if (isRow) {
        context.moveTo(from, y); context.lineTo(to, y);
        for (const end of [from, to]) { context.moveTo(end, y - cap); context.lineTo(end, y + cap); }
      } else {
        context.moveTo(x, from); context.lineTo(x, to);
        for (const end of [from, to]) { context.moveTo(x - cap, end); context.lineTo(x + cap, end); }
      }
      context.stroke();
    });
    context.restore();
  },
};

function dataset(series, place, figure) {
  const shared = {label: series.name, data: series.values, low: series.low.length ? series.low : null, high: series.high};
  if (series.mark === "point") {
    return {...shared, type: "line", showLine: false, pointStyle: "rectRot", pointRadius: 7, pointHoverRadius: 8,
            order: -1, borderColor: colour("back"), pointBorderColor: colour("back"), pointBorderWidth: 1.5,
            backgroundColor: colour("mark"), pointBackgroundColor: colour("mark")};
  }
  return {...shared, backgroundColor: colour(place === 0 ? "bar" : "bar-" + (place + 1)),
          maxBarThickness: figure.kind === "rows" ? 22 : 60, categoryPercentage: .82, barPercentage: .9};
}

// "61.50 (55.10 – 67.60)"
function tooltip(figure, item) {
  const series = figure.series[item.datasetIndex];
  const i = item.dataIndex;
  const text = (value) => value.toFixed(figure.decimals);
  let line = series.name + ": " + text(series.values[i]);
  if (typeof series.low[i] === "number") line += " (" + text(series.low[i]) + " – " + text(series.high[i]) + ")";
  return line;
}

function axis(title, isValue, isStacked, isPercent) {
  return {
    stacked: isStacked, beginAtZero: true, suggestedMax: isValue && isPercent ? 100 : undefined,
    title: {display: isValue || title !== "", text: title, color: colour("faint")},
    ticks: {color: colour(isValue ? "faint" : "text"), autoSkip: isValue || !isPercent, precision: 0},
    grid: {color: colour("line"), display: isValue}, border: {display: false},
  };
}

// On a narrow screen names of rows leave room for bars: without the count, and cut.
function shortLabel(label, width) {
  if (width > 500) return label;
  const name = label.replace(/ \(n = .*\)$/, "");
  return name.length > 22 ? name.slice(0, 21) + "…" : name;
}

function draw(figure) {
  const canvas = byId(figure.id);
  const isRow = figure.kind === "rows", isStacked = figure.kind === "stacked";
  if (isRow) canvas.parentElement.style.height = (figure.labels.length * (figure.labels.length > 20 ? 18 : 26) + 90) + "px";
  const isPercent = figure.valueAxis.endsWith("%");
  const category = axis(isRow ? "" : figure.labelAxis, false, isStacked, isRow);
  if (isRow) category.ticks.callback = function(value) { return shortLabel(figure.labels[value], this.chart.width); };
  const value = axis(figure.valueAxis, true, isStacked, isPercent && (isRow || figure.labels.length > 6));
  charts.push(new Chart(canvas, {
    type: "bar",
    data: {labels: figure.labels, datasets: figure.series.map((series, i) => dataset(series, i, figure))},
    plugins: [whiskers],
    options: {
      indexAxis: isRow ? "y" : "x", animation: false, responsive: true, maintainAspectRatio: false,
      scales: isRow ? {x: value, y: category} : {x: category, y: value},
      interaction: {mode: "index", intersect: false, axis: isRow ? "y" : "x"},
      plugins: {
        legend: {display: figure.series.length > 1,
                 labels: {color: colour("text"), usePointStyle: true, boxWidth: 10}},
        tooltip: {callbacks: {label: (item) => tooltip(figure, item)}},
      },
    },
  }));
}

let waitingDraw = 0;

function prepareFigures() {
  clearTimeout(waitingDraw);
  for (const chart of charts.splice(0)) chart.destroy();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  return JSON.parse(byId("charts").textContent).figures;
}

function drawAll() { prepareFigures().forEach(draw); }

// One after the other, so that the table of records is there before them and answers between them.
function drawInTurn(figures) {
  waitingDraw = setTimeout(() => {
    if (figures.length === 0) return;
    draw(figures[0]);
    drawInTurn(figures.slice(1));
  }, 0);
}

// Paper is white whatever the screen prefers.
function redrawForPaper(isPaper) {
  document.documentElement.classList.toggle("printing", isPaper);
  drawAll();
}
addEventListener("beforeprint", () => redrawForPaper(true));
addEventListener("afterprint", () => redrawForPaper(false));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
requestAnimationFrame(() => drawInTurn(prepareFigures()));

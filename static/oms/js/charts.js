/* Charts in the colours of the badges: <canvas data-chart="id of a json_script">. */
import { asset, loadScript } from "./lib.js";

const drawn = new Set();
const TONES = ["blue", "green", "amber", "red", "grey"];

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function dataset(series, index, kind) {
  const colour = token(`--${series.tone ?? TONES[index % TONES.length]}-solid`);
  const line = kind === "line";
  return {
    label: series.label,
    data: series.values,
    backgroundColor: colour,
    borderColor: colour,
    borderWidth: line ? 2 : 0,
    borderRadius: kind === "bar" ? 2 : 0,
    maxBarThickness: 36,
    pointRadius: line ? 0 : undefined,
    pointHoverRadius: 4,
    tension: 0,
  };
}

function options(chart) {
  const stacked = chart.kind === "stacked";
  const unit = chart.unit ? ` ${chart.unit}` : "";
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
  const ticks = { color: token("--text-3"), font: { size: 12 }, maxRotation: 0, autoSkipPadding: 12 };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    scales: {
      x: { stacked, grid: { display: false }, border: { color: token("--line-strong") }, ticks },
      y: {
        stacked,
        beginAtZero: true,
        grid: { color: token("--line") },
        border: { display: false },
        ticks: { ...ticks, maxTicksLimit: 5, callback: (value) => number.format(value) },
      },
    },
    plugins: {
      legend: {
        display: chart.series.length > 1,
        align: "start",
        labels: { color: token("--text-2"), boxWidth: 10, boxHeight: 10, font: { size: 12 } },
      },
      tooltip: {
        backgroundColor: token("--text"),
        titleColor: token("--surface"),
        bodyColor: token("--surface"),
        cornerRadius: 6,
        callbacks: { label: (item) => ` ${item.dataset.label}: ${number.format(item.raw)}${unit}` },
      },
    },
  };
}

function render(canvas) {
  const source = document.getElementById(canvas.dataset.chart);
  if (!source) return;
  const chart = JSON.parse(source.textContent);
  window.Chart.getChart(canvas)?.destroy();
  new window.Chart(canvas, {
    type: chart.kind === "line" ? "line" : "bar",
    data: { labels: chart.labels, datasets: chart.series.map((series, index) => dataset(series, index, chart.kind)) },
    options: options(chart),
  });
  drawn.add(canvas);
}

/** Draw every chart inside `scope`. */
export async function draw(scope) {
  await loadScript(asset("chart"));
  window.Chart.defaults.font.family = token("--sans");
  for (const canvas of scope.querySelectorAll("canvas[data-chart]")) render(canvas);
}

function redraw() {
  for (const canvas of drawn) {
    if (canvas.isConnected) render(canvas);
    else drawn.delete(canvas);
  }
}

// The theme may change under a drawn chart.
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

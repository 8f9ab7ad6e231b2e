// Charts of the report pages. Each is drawn from the JSON beside its table; without this file the table stands alone.
// Tooltips are drawn into the canvas (richText): as HTML they would need inline styles, which the page does not allow.

const COLOURS = ["#0e5a58", "#1f6aa5", "#b06f00", "#7a4fa3"];
const FONT = getComputedStyle(document.body).fontFamily;
const LINE = "#d9dfdb";
const TEXT = "#3f4b49";

const base = (extra) => ({
  color: COLOURS,
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  textStyle: { fontFamily: FONT, color: TEXT },
  grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
  tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" } },
  ...extra,
});

const names = (labels, rotate = 0) => ({
  type: "category", data: labels, axisLabel: { interval: 0, rotate, hideOverlap: true }, axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false },
});
const figures = { type: "value", minInterval: 1, splitLine: { lineStyle: { color: LINE } } };

const drawings = {
  funnel: ({ labels, series }) => base({
    grid: { left: 8, right: 90, top: 8, bottom: 8, containLabel: true },
    tooltip: { show: false },
    xAxis: { ...figures, splitLine: { show: false }, axisLabel: { show: false } },
    yAxis: { ...names(labels), inverse: true },
    series: [{
      type: "bar", data: series[0].data, barWidth: "62%", showBackground: true, backgroundStyle: { color: "#f0f3f1" },
      label: {
        show: true, position: "right", color: TEXT,
        formatter: ({ dataIndex, value }) => {
          const before = series[0].data[dataIndex - 1];
          return before ? `${value}（${Math.round((100 * value) / before)}%）` : `${value}`;
        },
      },
    }],
  }),
  lines: ({ labels, series }) => base({
    legend: { top: 0, icon: "roundRect", textStyle: { color: TEXT } },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { ...names(labels), axisLabel: { hideOverlap: true } },
    yAxis: figures,
    series: series.map((each) => ({ type: "line", symbolSize: 6, ...each })),
  }),
  bars: ({ labels, series }) => base({
    legend: { top: 0, icon: "roundRect", textStyle: { color: TEXT } },
    xAxis: names(labels, labels.some((label) => label.length > 5) ? 28 : 0),
    yAxis: figures,
    series: series.map((each) => ({ type: "bar", barMaxWidth: 22, ...each })),
  }),
  heat: ({ columns, rows, squares }) => base({
    grid: { left: 8, right: 8, top: 8, bottom: 60, containLabel: true },
    tooltip: {
      renderMode: "richText", confine: true,
      formatter: ({ value: [x, y, lacking, demands] }) => `${rows[y]} × ${columns[x]}\n缺方案 ${lacking} 条 / 需求 ${demands} 条`,
    },
    xAxis: { ...names(columns), splitArea: { show: true } },
    yAxis: { ...names(rows), inverse: true },
    visualMap: {
      min: 0, max: Math.max(1, ...squares.map((square) => square[2])), dimension: 2, calculable: false, orient: "horizontal",
      left: "center", bottom: 4, text: ["缺口大", "没有缺口"], precision: 0, textStyle: { color: TEXT },
      inRange: { color: ["#f3f6f4", "#f6d9a8", "#c46a1a"] },
    },
    series: [{
      type: "heatmap", data: squares, itemStyle: { borderColor: "#fff", borderWidth: 1 },
      label: { show: true, color: "#1d2a2a", formatter: ({ value }) => `${value[2]}/${value[3]}` },
    }],
  }),
};

const draw = (place) => {
  const chart = JSON.parse(place.dataset.chart);
  if (chart.type === "heat" && chart.rows.length > 12) place.classList.add("chart-tall");
  place.hidden = false;
  const drawn = echarts.init(place, null, { renderer: "canvas" });
  drawn.setOption(drawings[chart.type](chart));
  new ResizeObserver(() => drawn.resize()).observe(place);
};

document.querySelectorAll("[data-chart]").forEach(draw);

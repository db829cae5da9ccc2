// Draws how often tasks went on, day by day in the reader's zone. The same stands below in a table.
for (const place of document.querySelectorAll('[data-chart]')) {
  const { since, until, hours } = JSON.parse(place.dataset.chart);

  const dayOf = (ms) => new Date(ms).setHours(0, 0, 0, 0);
  const nextDay = (ms) => new Date(ms).setDate(new Date(ms).getDate() + 1);
  const days = new Map();
  for (let day = dayOf(since); day < until; day = nextDay(day)) days.set(day, 0);
  for (const [ms, times] of hours) days.set(dayOf(ms), (days.get(dayOf(ms)) ?? 0) + times);
  const shown = [...days].sort(([a], [b]) => a - b);

  const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: colour('--pico-color'), grid: { stroke: colour('--pico-muted-border-color'), width: 1 } };
  const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
  const half = 12 * 3_600;
  const options = {
    width: place.clientWidth,
    height: 220,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: () => [shown[0][0] / 1000 - half, shown.at(-1)[0] / 1000 + half] },
      y: { range: (_chart, _least, most) => [0, Math.max(1, most)] },
    },
    axes: [
      {
        ...axis,
        values: (_chart, ticks) => ticks.map((seconds) => dayFormat.format(seconds * 1000)),
        incrs: [1, 7, 30, 90].map((count) => count * 86_400),
      },
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6] },
    ],
    series: [
      {},
      {
        fill: colour('--pico-primary-background'),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars({ size: [0.7, 48] }),
      },
    ],
  };
  const chart = new uPlot(options, [shown.map(([day]) => day / 1000), shown.map(([, times]) => times)], place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 220 })).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.redraw());
}

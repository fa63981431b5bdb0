import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import type { EChartsCoreOption } from 'echarts/core';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { WeeklyDrift } from '../domain/audit/drift-audit.js';
import type { Markup } from './html.js';
import { markup } from './html.js';

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer]);

const WIDTH_PX = 880;
const HEIGHT_PX = 300;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** The three series; told apart by shape and lightness too, so that they survive a black-and-white printer. */
export const CHART_COLOURS = { opened: '#b4532a', resolved: '#8fbcb6', open: '#1d2b36' } as const;

/**
 * Findings opened and resolved (bars) and open (line) per ISO week, as one static SVG without scripts, style sheets or
 * references. The same weeks give the same text. It is decoration to a screen reader: the caller shows the figures as a table too.
 */
export function weeklyDriftChart(weeks: readonly WeeklyDrift[]): Markup {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH_PX, height: HEIGHT_PX });
  try {
    chart.setOption(optionOf(weeks));
    return markup(staticSvg(chart.renderToSVGString()));
  } finally {
    chart.dispose();
  }
}

function optionOf(weeks: readonly WeeklyDrift[]): EChartsCoreOption {
  const label = { color: '#4a5560', fontFamily: FONT, fontSize: 12 };
  const bar = { type: 'bar', barMaxWidth: 16, barGap: '15%', silent: true };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: { left: 48, right: 12, top: 44, bottom: 32 },
    legend: { left: 0, top: 4, itemWidth: 14, itemHeight: 10, itemGap: 22, textStyle: label },
    xAxis: {
      type: 'category',
      // The year is in the title; a label of three letters keeps fifteen weeks apart on paper.
      data: weeks.map(({ week }) => week.slice(5)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#8b959e' } },
      axisLabel: label,
    },
    yAxis: {
      type: 'value',
      // Findings are whole: never an axis of halves.
      minInterval: 1,
      axisLabel: label,
      splitLine: { lineStyle: { color: '#e3e6e9' } },
    },
    series: [
      { ...bar, name: 'Opened', color: CHART_COLOURS.opened, data: weeks.map(({ opened }) => opened) },
      { ...bar, name: 'Resolved', color: CHART_COLOURS.resolved, data: weeks.map(({ resolved }) => resolved) },
      {
        type: 'line',
        name: 'Open at the end of the week',
        color: CHART_COLOURS.open,
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { width: 2 },
        silent: true,
        data: weeks.map(({ open }) => open),
      },
    ],
  };
}

/**
 * Takes out what only an interactive chart needs: class names numbered by the process (the same report would differ from
 * run to run), hover rules (a style sheet in an SVG holds for the whole page) and bookkeeping attributes. Scales to its column.
 */
function staticSvg(svg: string): string {
  return svg
    .replace(/<style\b[\s\S]*?<\/style>/gu, '')
    .replace(/ (?:class|ecmeta_\w+|pointer-events|xmlns:xlink|baseProfile)="[^"]*"/gu, '')
    .replace(/zr\d+-/gu, 'weekly-')
    .replace(/^<svg width="\d+" height="\d+"/u, '<svg aria-hidden="true" focusable="false"')
    .trim();
}

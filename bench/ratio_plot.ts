/**
 * Draws the ratios of a run: what a request costs beside nginx, a line for each workload, on a logarithmic scale.
 *
 * Pure: metrics in, the text of an SVG out. Its colours follow the reader's light or dark scheme, also as an image.
 *
 * @module
 */

import { formatNumber } from "./figures.ts";
import type { PeerName } from "./peers.ts";
import { bestNginx, type Metric, ratio } from "./results.ts";

/** A server in the plot. */
interface Mark {
  name: PeerName;
  label: string;
  /** Shape around (0, 0). */
  shape: string;
}

/** Drawn in this order, so that ours is on top. */
const MARKS: readonly Mark[] = [
  { name: "node_http", label: "node:http", shape: '<path class="node" d="M0-5 5 4-5 4z"/>' },
  { name: "deno_serve", label: "Deno.serve", shape: '<path class="deno" d="M-4-4h8v8h-8z"/>' },
  { name: "lighttpd", label: "lighttpd", shape: '<path class="lighttpd" d="M0-5.5 5.5 0 0 5.5-5.5 0z"/>' },
  { name: "bare_loop", label: "bare loop", shape: '<circle class="bare" r="5"/>' },
  {
    name: "bare_disk",
    label: "bare loop, from disk",
    shape: '<circle class="bare" r="5"/><circle class="dot" r="1.5"/>',
  },
  { name: "siesta", label: "Siesta", shape: '<circle class="siesta" r="6"/>' },
];

const WIDTH = 800;
const LEFT = 296;
const RIGHT = 40;
const TOP = 96;
const LINE = 30;
const BOTTOM = 44;
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const LABEL_LENGTH_MAX = 33;

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.back { fill: #fff } .soft { fill: #59636e } .value { font-weight: 600; fill: #0a5cc2 }
.grid { stroke: #d1d9e0 } .one { stroke: #59636e; stroke-width: 1.5 }
.siesta { fill: #0a5cc2; stroke: #fff; stroke-width: 1.5 } .bare { fill: none; stroke: #1f2328; stroke-width: 1.5 }
.dot { fill: #1f2328 } .deno { fill: #c2570a } .node { fill: #1a7f4b } .lighttpd { fill: #8250a8 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .back { fill: #0d1117 } .soft { fill: #9198a1 } .value { fill: #6cb0ff }
  .grid { stroke: #3d444d } .one { stroke: #9198a1 }
  .siesta { fill: #6cb0ff; stroke: #0d1117 } .bare { stroke: #f0f6fc } .dot { fill: #f0f6fc }
  .deno { fill: #ff9d57 } .node { fill: #4cc38a } .lighttpd { fill: #c9a2ec }
}`;

/** A line of the plot. */
interface PlotLine {
  label: string;
  ratios: { mark: Mark; value: number }[];
}

/** The plot of the metrics that are meant for it and have nginx; a sentence in their place if there are none. */
export function ratioPlot(metrics: readonly Metric[]): string {
  const lines = metrics.filter(({ plotted }) => plotted).map(plotLine).filter(({ ratios }) => ratios.length > 0);
  const height = TOP + Math.max(1, lines.length) * LINE + BOTTOM;
  const scale = scaleOf(lines);
  const marks = MARKS.filter((mark) => lines.some(({ ratios }) => ratios.some((it) => it.mark === mark)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">CPU time of servers beside that of nginx</title>`,
    `<style>${STYLE}\n</style>`,
    // The page around it may be of the other scheme.
    `<rect class="back" width="${WIDTH}" height="${height}" rx="6"/>`,
    `<text x="12" y="24" font-weight="600">CPU time for the same work, as a multiple of nginx's</text>`,
    `<text x="12" y="43" class="soft">Further left is cheaper. Logarithmic scale; medians of one run; loops, Deno.serve and node:http from memory.</text>`,
    legend(marks),
    lines.length === 0 ? `<text x="12" y="${TOP + 20}">Nothing was measured beside nginx.</text>` : grid(scale, height),
    ...lines.map((line, index) => lineText(line, TOP + index * LINE + LINE / 2, scale)),
    "</svg>\n",
  ].filter((text) => text !== "").join("\n");
}

function plotLine(metric: Metric): PlotLine {
  const nginx = bestNginx(metric);
  const ratios = MARKS.flatMap((mark) => {
    // The loop that has to do the same is the floor; the other one would only be in the way.
    if (mark.name.startsWith("bare") && mark.name !== metric.floor) return [];
    const value = ratio(metric, mark.name, nginx);
    return value === undefined ? [] : [{ mark, value }];
  });
  const label = `${metric.id} ${SHORT_TITLES[metric.id] ?? metric.title}`;
  return { label: label.length > LABEL_LENGTH_MAX ? `${label.slice(0, LABEL_LENGTH_MAX - 1)}…` : label, ratios };
}

const SHORT_TITLES: Record<string, string> = {
  W1: "small page",
  W2: "the same, pipelined 16 deep",
  W3: "one request per connection",
  W4: "12 KB page, siblings",
  W4b: "12 KB, to be compressed",
  W5: "1 MB file",
  W6: "512 MB file",
  W7: "conditional GET, 304",
  W9: "2,000 small files",
  W9b: "16,000 small files",
};

type Scale = { ticks: number[]; x(value: number): number };

/** From the tick below the smallest ratio to the one above the largest. */
function scaleOf(lines: readonly PlotLine[]): Scale {
  const values = [1, ...lines.flatMap(({ ratios }) => ratios.map(({ value }) => value))];
  const first = TICKS.findLastIndex((tick) => tick <= Math.min(...values));
  const last = TICKS.findIndex((tick) => tick >= Math.max(...values));
  const ticks = TICKS.slice(Math.max(0, first - (first === last ? 1 : 0)), last < 0 ? undefined : last + 1);
  const [low, high] = [Math.log(ticks[0]), Math.log(ticks.at(-1)!)];
  const part = (value: number) => Math.min(1, Math.max(0, (Math.log(value) - low) / (high - low)));
  return { ticks, x: (value) => round(LEFT + part(value) * (WIDTH - LEFT - RIGHT)) };
}

function legend(marks: readonly Mark[]): string {
  let x = 18;
  return [...marks].reverse().map(({ label, shape }) => {
    const item = `<g transform="translate(${round(x)} 66)">${shape}<text x="11" y="4.5">${label}</text></g>`;
    x += 32 + label.length * 7.3;
    return item;
  }).join("\n");
}

function grid({ ticks, x }: Scale, height: number): string {
  const end = height - BOTTOM;
  return ticks.map((tick) => {
    const kind = tick === 1 ? "one" : "grid";
    const name = tick === 1 ? "nginx" : `${tick}`;
    return `<path class="${kind}" d="M${x(tick)} ${TOP - 8}V${end + 4}"/>` +
      `<text x="${x(tick)}" y="${end + 22}" text-anchor="middle" class="soft">${name}</text>`;
  }).join("\n");
}

function lineText({ label, ratios }: PlotLine, y: number, { x }: Scale): string {
  const own = ratios.find(({ mark }) => mark.name === "siesta");
  return [
    `<text x="12" y="${y + 4.5}">${escaped(label)}</text>`,
    own ? `<text x="${LEFT - 14}" y="${y + 4.5}" text-anchor="end" class="value">${decimal(own.value)}</text>` : "",
    ...ratios.map(({ mark, value }) => `<g transform="translate(${x(value)} ${y})">${mark.shape}</g>`),
  ].filter((text) => text !== "").join("\n");
}

function decimal(value: number): string {
  return formatNumber(value, value < 0.1 ? 3 : 2);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

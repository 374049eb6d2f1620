import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ratioPlot } from "./ratio_plot.ts";
import type { Metric } from "./results.ts";

function metric(series: Metric["series"]): Metric {
  const figures = {
    id: "W1",
    title: "a <page>",
    unit: "us",
    decimals: 2,
    better: "lower",
    floor: "bare_loop",
  } as const;
  return { ...figures, plotted: true, series };
}

/** Where the marks of a class are, from left to right. */
function places(svg: string, kind: string): number[] {
  const pattern = new RegExp(`translate\\(([0-9.]+) [0-9.]+\\)"><\\w+ class="${kind}"`, "g");
  // The first is in the legend.
  return [...svg.matchAll(pattern)].map((match) => Number(match[1])).slice(1);
}

Deno.test("ratioPlot puts what is cheaper further left, and writes our ratio", () => {
  const svg = ratioPlot([metric({ siesta: [3, 3], bare_loop: [2, 2], deno_serve: [8, 8], nginx: [4, 4] })]);
  const [[bare], [siesta], [deno]] = ["bare", "siesta", "deno"].map((kind) => places(svg, kind));
  assert(bare < siesta && siesta < deno, `${bare} ${siesta} ${deno}`);
  assertStringIncludes(svg, ">0.75</text>");
});

Deno.test("ratioPlot takes the better nginx, and leaves out who has no figures", () => {
  const svg = ratioPlot([metric({ siesta: [3], nginx: [6], nginx_no_sendfile: [4], lighttpd: [] })]);
  assertStringIncludes(svg, ">0.75</text>");
  assertEquals(places(svg, "lighttpd"), []);
});

Deno.test("ratioPlot shows ratios that are outside of its scale at its edge", () => {
  const [place] = places(ratioPlot([metric({ siesta: [1_000], nginx: [1] })]), "siesta");
  assertEquals(place, 760);
});

Deno.test("ratioPlot is a plot even without anything to show", () => {
  for (const svg of [ratioPlot([]), ratioPlot([metric({ siesta: [1] })])]) {
    assertStringIncludes(svg, "Nothing was measured");
    assert(svg.endsWith("</svg>\n"));
  }
});

Deno.test("ratioPlot follows the colour scheme of the reader", () => {
  assertStringIncludes(ratioPlot([]), "prefers-color-scheme: dark");
});

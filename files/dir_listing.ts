/**
 * A folder as a page, or as JSON. Pure; the page works without scripts: its columns are sorted by following a link.
 */
import { escape } from "@std/html/entities";
import { accepts } from "@std/http/negotiation";
import type { Listed } from "./file_store.ts";

/** What a listing is sorted by. */
export type ListingOrder = { readonly by: "name" | "size" | "date"; readonly isDescending: boolean };

/** More names than this are cut off: no page of that length is of use, and each name costs a look at the disk. */
export const LISTED_MAX = 10_000;

/** Returns whether a client would rather have JSON than a page (RFC 9110 12.5.1). */
export function isJsonWanted(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const request = { headers: new Headers({ accept }) };
  return accepts(request, "text/html", "application/json") === "application/json";
}

/** Reads the order from a query such as `sort=size&order=desc`; by name where it says nothing that is known. */
export function listingOrder(query: string): ListingOrder {
  const params = new URLSearchParams(query);
  const by = params.get("sort");
  return { by: by === "size" || by === "date" ? by : "name", isDescending: params.get("order") === "desc" };
}

/** Sorts what is in a folder, folders first. */
export function sorted(listed: readonly Listed[], { by, isDescending }: ListingOrder): Listed[] {
  const collator = new Intl.Collator("en", { numeric: true });
  const compare = (a: Listed, b: Listed) =>
    (by === "size" ? a.sizeBytes - b.sizeBytes : by === "date" ? a.mtimeMs - b.mtimeMs : 0) ||
    collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
  const sign = isDescending ? -1 : 1;
  return [...listed].sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || sign * compare(a, b));
}

/** Writes a listing as JSON: an object with `path`, `entries` and whether some were left out. */
export function listingJson(path: string, listed: readonly Listed[], isCut: boolean): string {
  const entries = listed.map(({ name, isFolder, sizeBytes, mtimeMs }) => ({
    name,
    type: isFolder ? "folder" : "file",
    ...(isFolder ? {} : { size: sizeBytes }),
    ...(mtimeMs > 0 ? { modified: new Date(mtimeMs).toISOString() } : {}),
  }));
  return JSON.stringify({ path: `/${path}`, entries, truncated: isCut }, undefined, 1) + "\n";
}

/**
 * Writes a listing as a page.
 *
 * @param path path of the folder, empty for the root, else with a slash at its end
 */
export function listingPage(path: string, listed: readonly Listed[], order: ListingOrder, isCut: boolean): string {
  const title = escape(`/${path}`);
  const heading = (by: ListingOrder["by"], text: string) => {
    const isActive = order.by === by;
    const next = isActive && !order.isDescending ? "desc" : "asc";
    const sort = isActive ? ` aria-sort="${order.isDescending ? "descending" : "ascending"}"` : "";
    return `<th scope="col"${sort}><a href="?sort=${by}&amp;order=${next}">${text}</a></th>`;
  };
  const parent = path === "" ? "" : `<tr><td><a href="../">..</a></td><td></td><td></td></tr>\n`;
  const note = isCut ? `<p>Only ${LISTED_MAX.toLocaleString("en")} names are shown.</p>\n` : "";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<table>
<thead><tr>${heading("name", "Name")}${heading("size", "Size")}${heading("date", "Modified")}</tr></thead>
<tbody>
${parent}${listed.map(row).join("")}</tbody>
</table>
${note}</main>
</body>
</html>
`;
}

const STYLE = `:root{color-scheme:light dark}
body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:light-dark(#2b2320,#f3ebe4);background:light-dark(#fdf8f2,#1f1a17)}
h1{font-size:1.25rem;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse}
th,td{padding:.25rem .5rem;text-align:left;border-bottom:1px solid light-dark(#e8ddd2,#3a322d)}
td:first-child{overflow-wrap:anywhere}
th:nth-child(2),td:nth-child(2){text-align:right;white-space:nowrap}
td:nth-child(3){white-space:nowrap;font-variant-numeric:tabular-nums}
th[aria-sort=ascending] a::after{content:" \\2191"}
th[aria-sort=descending] a::after{content:" \\2193"}
a{color:light-dark(#a3401c,#ffab85)}
tr:hover td{background:light-dark(#f6ece1,#2a231f)}`;

function row({ name, isFolder, sizeBytes, mtimeMs }: Listed): string {
  const slash = isFolder ? "/" : "";
  // The dot keeps a name with a colon from being read as a scheme.
  const href = escape(`./${encodeURIComponent(name)}${slash}`);
  const size = isFolder ? "" : `<data value="${sizeBytes}">${readableSize(sizeBytes)}</data>`;
  const date = mtimeMs > 0 ? new Date(mtimeMs).toISOString() : "";
  const time = date === "" ? "" : `<time datetime="${date}">${date.slice(0, 16).replace("T", " ")}</time>`;
  return `<tr><td><a href="${href}">${escape(name)}${slash}</a></td><td>${size}</td><td>${time}</td></tr>\n`;
}

/** Writes a number of octets in units of 1,024. */
export function readableSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

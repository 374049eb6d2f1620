import { assert } from "@std/assert";
import { FIELD, type HttpRequest } from "../http1/message.ts";
import { memoryFiles } from "./memory_files.ts";
import { staticFiles } from "./static_files.ts";

/** Longer than a head may be, so that a time that grows with the square of it is many seconds. */
const LENGTH = 100_000;
const MS_MAX = 1_000;
const NAMES = [
  "accept",
  "accept-encoding",
  "accept-language",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
] as const;
const BEGINNINGS = ["", "gzip", "en", "text/html", '"a"', "bytes=0-", "bytes=0-1", "Sun, "];
const FILLINGS = [" ", ",", ";", "0", '"', "a/", "-"];
const PAGES = { "page.html": '<html lang="en">', "page.fr.html": "", "folder/a": "", "empty": "" };

/** A request with fields of any length, which a parser would refuse. */
function requestWith(path: string, fields: Readonly<Record<string, string>>): HttpRequest {
  const named = (id: number | string) => typeof id === "number" ? Object.keys(FIELD)[id] : id;
  return {
    method: "GET",
    target: path,
    path,
    query: "",
    minorVersion: 1,
    content: null,
    peer: { address: "192.0.2.1", port: 50_000, secure: false },
    signal: AbortSignal.any([]),
    has: (id) => named(id) in fields,
    field: (id) => fields[named(id)],
    fields: () => Object.entries(fields),
  };
}

for (const name of NAMES) {
  Deno.test(`staticFiles reads a long ${name} in a time that grows with its length, not with the square`, async () => {
    const handler = staticFiles(memoryFiles(PAGES), { dirListing: true });
    for (const path of name === "accept" ? ["/folder/"] : ["/page", "/empty"]) {
      for (const beginning of BEGINNINGS) {
        for (const filling of FILLINGS) {
          const value = `${beginning}${filling.repeat(LENGTH / filling.length)}x`;
          const startMs = performance.now();
          await handler(requestWith(path, { range: "bytes=0-0", [name]: value }));
          const tookMs = Math.round(performance.now() - startMs);
          assert(tookMs < MS_MAX, `${path}, "${beginning}" and many of "${filling}": ${tookMs} ms`);
        }
      }
    }
  });
}

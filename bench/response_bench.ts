/**
 * From a prepared response to the octets of a batch (`deno bench bench/response_bench.ts`).
 */
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { plainResponse, prepareResponse } from "../http1/response.ts";
import { type Answer, ResponseWriter } from "../http1/response_writer.ts";

const fields = { "Content-Type": "text/html; charset=utf-8", "X-Content-Type-Options": "nosniff" };
const small = prepareResponse(200, { fields, content: new Uint8Array(180) });
const page = prepareResponse(200, { fields, content: new Uint8Array(12_000) });
const notModified = prepareResponse(304, { fields });
const commonFields = new TextEncoder().encode("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: siesta\r\n");
const answer: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields };
const ticks: Answer[] = [answer, { ...answer, commonFields: commonFields.slice() }];
const toHead: Answer = { ...answer, isHead: true };

const writer = new ResponseWriter(DEFAULT_LIMITS);

/** Adds so many answers to a batch, takes it, and lets it go. */
function batch(response: typeof small, answer: Answer, count: number): number {
  for (let index = 0; index < count; index++) {
    if (writer.append(response, answer) !== null) throw new Error("The content does not fit the batch");
  }
  const { length } = writer.take();
  writer.release();
  return length;
}

Deno.bench("answer of 180 octets", { group: "one", baseline: true }, () => void batch(small, answer, 1));
Deno.bench("answer of 12,000 octets", { group: "one" }, () => void batch(page, answer, 1));
let tick = 0;
Deno.bench("answer of 180 octets, the first since the Date field changed", { group: "one" }, () => {
  void batch(small, ticks[tick ^= 1], 1);
});
Deno.bench("answer to HEAD", { group: "one" }, () => void batch(small, toHead, 1));
Deno.bench("304", { group: "one" }, () => void batch(notModified, answer, 1));
Deno.bench("16 answers of 180 octets", { group: "batch" }, () => void batch(small, answer, 16));
Deno.bench("prepareResponse", { group: "prepare", baseline: true }, () => void prepareResponse(200, { fields }));
Deno.bench("plainResponse", { group: "prepare" }, () => void plainResponse(404));

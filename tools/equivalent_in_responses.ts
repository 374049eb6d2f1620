/** Mutants of the answering half of `http1/` that change nothing that can be told; see `equivalent_mutants.ts`. */
import type { Equivalent } from "./mutants.ts";

/** All that are known. */
export const EQUIVALENT_IN_RESPONSES: readonly Equivalent[] = [
  {
    file: "http1/write_buffer.ts",
    at: [
      "return spareBatches[size].pop() ?? (size === 0 ? new Uint8Array(BATCH_SIZES[size]) : ownPages(BATCH_SIZES[size]));",
    ],
    changes: ["`size === 0`: `===` to `!==`", "`0` to `1`"],
    reason: "it decides in which memory a batch lies",
  },
  {
    file: "http1/response.ts",
    at: ["for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);"],
    changes: ["`i < text.length`: `<` to `<=`"],
    reason: "a write behind the end of a typed array is dropped",
  },
  {
    file: "http1/response_writer.ts",
    at: ["const ADDED_BYTES_MAX = 256;"],
    reason: "it is room that is never all used",
  },
  {
    file: "http1/response.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "http1/response_writer.ts",
    at: ["if (batch !== undefined && needed <= batch.length) return;"],
    changes: ["`needed <= batch.length`: `<=` to `<`", "`return;` to `;`"],
    reason: "what is there is copied to another batch where it could have stayed, and says the same",
  },
  {
    file: "http1/write_buffer.ts",
    at: [
      "const BATCH_SIZES = [4_096, 16_384, 65_536];",
      "let size = 0;",
      "while (size < BATCH_SIZES.length && bytes > BATCH_SIZES[size]) size++;",
    ],
    changes: [
      ...["`4_096` to `4097`", "`16_384` to `16385`", "`65_536` to `65537`", "`0` to `1`"],
      ...["`size < BATCH_SIZES.length`: `<` to `<=`", "`bytes > BATCH_SIZES[size]`: `>` to `>=`"],
    ],
    reason: "a batch of another size holds the same octets; behind the last size there is none to compare with",
  },
  {
    file: "http1/response_writer.ts",
    at: ["this.#reserve(head.length + ADDED_BYTES_MAX + (isWithin ? lengthOf(content)! : 0));"],
    changes: ["`0` to `1`"],
    reason: "there is an octet more of room",
  },
  {
    file: "http1/headroom.ts",
    at: [
      "export const HEADROOM_BYTES = 1_024;",
      "const OWN_PAGES_BYTES_MIN = 8_192;",
      "const whole = bytes < OWN_PAGES_BYTES_MIN ? new Uint8Array(length) : ownPages(length);",
    ],
    changes: [
      ...["`1_024` to `1025`", "`8_192` to `8193`"],
      ...["`bytes < OWN_PAGES_BYTES_MIN`: `<` to `<=`", "`bytes < OWN_PAGES_BYTES_MIN`: `<` to `>=`"],
    ],
    reason: "room of an octet more, or memory that goes back to the system at another time, holds the same octets",
  },
  {
    file: "http1/headroom.ts",
    at: ["else this.#laid = { octets: undefined, writes: 0 };"],
    changes: ["`0` to `1`"],
    reason: "how often a copy is being written is never asked: nobody changes one",
  },
];

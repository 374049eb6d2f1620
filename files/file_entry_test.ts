import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { standingIn } from "../tests/standing_in.ts";
import { digestOf } from "./digest.ts";
import {
  compressedVariant,
  type FileEntry,
  heldBytes,
  memoryEntry,
  prepareVariant,
  type Source,
  withContentOf,
  withoutContent,
} from "./file_entry.ts";

const TEXT = new TextEncoder().encode("A line that is long enough to get smaller.\n".repeat(100));
const COMMON = { "Content-Type": "text/plain", "Cache-Control": "no-cache", "Vary": "Accept-Encoding", "X-A": "1" };

function source(changes: Partial<Source> = {}): Source {
  const info = { sizeBytes: TEXT.length, mtimeMs: 784_111_777_500, changedMs: 0, links: 1, version: "1" };
  return { path: "a.txt", info, isSettled: true, digest: "d1", language: undefined, content: TEXT, ...changes };
}

function entry(content: Uint8Array = TEXT): FileEntry {
  return {
    contentBytes: 0,
    path: "a.txt",
    status: 200,
    identity: prepareVariant(source({ content }), "identity", 200, COMMON),
    encoded: { br: undefined, zstd: null, gzip: undefined },
    pending: new Map(),
    ownLanguage: undefined,
    translations: [],
    folderVersion: "",
    checkedAtMs: 0,
  };
}

function head(octets: Uint8Array): string[] {
  return new TextDecoder().decode(octets).trimEnd().split("\r\n");
}

Deno.test("digestOf is the same for the same octets alone", async () => {
  assertEquals(await digestOf(new Uint8Array([97, 98, 99])), "ba7816bf8f01cfea414140de5dae2223");
  assertEquals(await digestOf(new Uint8Array()), "e3b0c44298fc1c149afbf4c8996fb924");
});

Deno.test("heldBytes counts content and the room for its head, and content on disk not at all", () => {
  assertEquals(heldBytes(source({ content: new Uint8Array(16_384) })), 16_384 + 1_024);
  assertEquals([heldBytes(source({ content: null })), heldBytes(undefined)], [0, 0]);
});

Deno.test("prepareVariant writes the heads of the whole answer and of 304", () => {
  const { ok, notModified } = prepareVariant(source(), "gzip", 200, COMMON);
  assertEquals(head(ok.head), [
    "HTTP/1.1 200 OK",
    "Content-Type: text/plain",
    "Cache-Control: no-cache",
    "Vary: Accept-Encoding",
    "X-A: 1",
    "Content-Encoding: gzip",
    'ETag: "d1-gzip"',
    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
    "Accept-Ranges: bytes",
    `Content-Length: ${TEXT.length}`,
  ]);
  assertEquals(head(notModified.head), [
    "HTTP/1.1 304 Not Modified",
    "Cache-Control: no-cache",
    "Vary: Accept-Encoding",
    "X-A: 1",
    'ETag: "d1-gzip"',
  ]);
});

Deno.test("prepareVariant makes a tag weak when a later change might not show, and never that of content", () => {
  const etag = (changes: Partial<Source>) => prepareVariant(source(changes), "identity", 200, {}).etag;
  assertEquals(etag({ content: null, isSettled: false }), 'W/"d1"');
  assertEquals(etag({ content: null, isSettled: true }), '"d1"');
  assertEquals(etag({ isSettled: false }), '"d1"');
});

Deno.test("prepareVariant does not say that a file is newer than the answer (RFC 9110 8.8.2.1)", () => {
  for (const mtimeMs of [0, Date.now() + 3_600_000]) {
    const { fields, lastModifiedMs } = prepareVariant(
      source({ info: { ...source().info, mtimeMs } }),
      "identity",
      200,
      {},
    );
    assertEquals([fields["Last-Modified"], lastModifiedMs], [undefined, undefined]);
  }
});

Deno.test("prepareVariant says when a file was changed from the first millisecond that is known to the present one", async () => {
  const nowMs = 784_111_777_000,
    saying = (mtimeMs: number) =>
      prepareVariant(source({ info: { ...source().info, mtimeMs } }), "identity", 200, {}).fields["Last-Modified"];
  await standingIn(Date, "now", () => nowMs, () => {
    assertEquals(saying(1), "Thu, 01 Jan 1970 00:00:00 GMT");
    assertEquals([saying(nowMs), saying(nowMs + 1)], ["Sun, 06 Nov 1994 08:49:37 GMT", undefined]);
    return Promise.resolve();
  });
});

Deno.test("prepareVariant gives a 404 neither tag nor parts", () => {
  const { fields, ok } = prepareVariant(source(), "identity", 404, COMMON);
  assertEquals([ok.status, fields], [404, COMMON]);
});

Deno.test("compressedVariant compresses once for all who ask, and tells when the entry has grown", async () => {
  const it = entry();
  let grown = 0;
  const asked = [1, 2, 3].map(() => compressedVariant(it, "gzip", () => grown++));
  assert(asked.every((promise) => promise === asked[0]));
  const variant = (await asked[0])!;
  assertEquals([grown, it.encoded.gzip, it.pending.size], [1, variant, 0]);
  assertEquals(it.contentBytes, 1_024 + variant.sizeBytes);
  assertEquals(variant.fields["Content-Encoding"], "gzip");
  assertEquals(variant.etag, `"${await digestOf(variant.source.content!)}-gzip"`);
  assertEquals(variant.lastModifiedMs, it.identity.lastModifiedMs);
});

Deno.test("compressedVariant remembers that content did not get smaller", async () => {
  const it = entry(new Uint8Array([1, 2, 3]));
  assertEquals([await compressedVariant(it, "br", () => {}), it.encoded.br, it.contentBytes], [null, null, 0]);
});

Deno.test("memoryEntry is ready to go out, tag and all", async () => {
  const entry = await memoryEntry(200, "text", { "X-A": "1" });
  assertEquals([entry.identity.sizeBytes, entry.identity.lastModifiedMs], [4, undefined]);
  assertEquals(entry.identity.etag, (await memoryEntry(200, "text", {})).identity.etag);
  assertNotEquals(entry.identity.etag, (await memoryEntry(200, "other", {})).identity.etag);
});

/** An entry with a compressed file beside it and one that was compressed here; zstd is known not to be there. */
function fullEntry(): FileEntry {
  const beside = source({ path: "a.txt.br", digest: "d2", content: TEXT.slice(0, 50) });
  const here = source({ digest: "d3", content: TEXT.slice(0, 60) });
  const encoded = {
    br: prepareVariant(beside, "br", 200, COMMON),
    zstd: null,
    gzip: prepareVariant(here, "gzip", 200, COMMON),
  };
  return { ...entry(), contentBytes: 3 * 1_024 + TEXT.length + 50 + 60, encoded };
}

Deno.test("withoutContent leaves all that is known of a file but its content, and what was compressed here", () => {
  const full = fullEntry(), bare = withoutContent(full)!;
  assertEquals(bare.contentBytes, 0);
  for (const coding of ["identity", "br"] as const) {
    const of = (it: FileEntry) => coding === "identity" ? it.identity : it.encoded[coding]!;
    const before = of(full), now = of(bare);
    assertEquals([now.source.content, now.ok.content], [null, null]);
    assertEquals([now.sizeBytes, now.ok.contentLength], [before.sizeBytes, before.sizeBytes]);
    assertStrictEquals(now.ok.head, before.ok.head);
    assertStrictEquals(now.notModified, before.notModified);
    assertEquals([now.etag, now.fields, now.lastModifiedMs], [before.etag, before.fields, before.lastModifiedMs]);
    // What others still send is as it was.
    assert(before.source.content !== null && before.ok.content === before.source.content);
  }
  // One is made again when it is asked for, of the other it is still known that there is none.
  assertEquals([bare.encoded.gzip, bare.encoded.zstd], [undefined, null]);
  assertEquals([full.pending === bare.pending, bare.checkedAtMs], [false, full.checkedAtMs]);
});

Deno.test("withoutContent gives up what only its content tells: a 404, a text in no file, what may have changed", () => {
  const full = fullEntry();
  assertEquals(withoutContent({ ...full, status: 404 }), undefined);
  const nowhere = { ...full.identity, source: { ...full.identity.source, path: "" } };
  assertEquals(withoutContent({ ...full, identity: nowhere }), undefined);
  const young = { ...full.identity, source: { ...full.identity.source, isSettled: false } };
  assertEquals(withoutContent({ ...full, identity: young }), undefined);
  for (const coding of ["br", "gzip"] as const) {
    const variant = full.encoded[coding]!;
    const unsettled = { ...variant, source: { ...variant.source, isSettled: false } };
    assertEquals(withoutContent({ ...full, encoded: { ...full.encoded, [coding]: unsettled } }), undefined);
  }
});

Deno.test("withContentOf gives content back to the one variant that it is of, and counts it", () => {
  const full = fullEntry(), bare = withoutContent(full)!;
  const whole = withContentOf(bare, bare.identity, TEXT);
  assertEquals([whole.identity.ok, whole.identity.source], [full.identity.ok, full.identity.source]);
  assertStrictEquals(whole.identity.ok.content, TEXT);
  assertEquals([whole.contentBytes, whole.encoded], [1_024 + TEXT.length, bare.encoded]);
  const br = TEXT.slice(0, 50), both = withContentOf(whole, whole.encoded.br!, br);
  assertStrictEquals(both.encoded.br!.ok.content, br);
  assertStrictEquals(both.identity, whole.identity);
  assertEquals([both.encoded.zstd, both.encoded.gzip], [null, undefined]);
  assertEquals(both.contentBytes, 2 * 1_024 + TEXT.length + 50);
  // The entries before are as they were: others may be answering with them.
  assertEquals([bare.identity.source.content, bare.contentBytes, whole.encoded.br!.source.content], [null, 0, null]);
});

import { assert, assertEquals } from "@std/assert";
import { digestOf } from "./digest.ts";
import { compressedVariant, type FileEntry, heldBytes, prepareVariant, type Source } from "./file_entry.ts";

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

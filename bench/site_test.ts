import { assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { addFolder, fileName, HELLO, LONE_PAGE, makeSite, MEGABYTE, PAGE, pageText } from "./site.ts";

const mayWrite = (["read", "write"] as const).every((name) => Deno.permissions.querySync({ name }).state === "granted");

Deno.test("pageText is of exactly the size that is asked for, and the same each time", () => {
  for (const size of [1_000, 12_000, 64_000]) assertEquals(pageText(size).length, size);
  assertEquals(pageText(2_000), pageText(2_000));
});

Deno.test(
  "makeSite gives a page, its compressed siblings and its twin without any",
  { ignore: !mayWrite },
  async () => {
    const scratch = await Deno.makeTempDir();
    try {
      const { root } = await makeSite(scratch);
      const read = (name: string) => Deno.readFileSync(join(root, name));
      const page = read(PAGE);
      assertEquals(page.length, 12_000);
      assertEquals(read(LONE_PAGE), page);
      assertEquals(new Uint8Array(brotliDecompressSync(read(`${PAGE}.br`))), page);
      assertEquals(new Uint8Array(gunzipSync(read(`${PAGE}.gz`))), page);
      assertEquals(read(MEGABYTE).length, 1_000_000);
      assertEquals(read(HELLO).length > 0, true);
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  },
);

Deno.test("addFolder makes files of 1 to 64 KB that all differ", { ignore: !mayWrite }, async () => {
  const scratch = await Deno.makeTempDir();
  try {
    const site = await makeSite(scratch);
    await addFolder(site, "files", 20);
    await addFolder(site, "files", 20); // is there already
    const files = Array.from(
      { length: 20 },
      (_, index) => Deno.readFileSync(join(site.root, "files", fileName(index))),
    );
    for (const { length } of files) assertEquals(length >= 1_000 && length <= 64_000, true, `${length}`);
    for (let index = 1; index < files.length; index++) assertNotEquals(files[index], files[index - 1]);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
});

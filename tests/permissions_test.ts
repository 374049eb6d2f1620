/** The least permissions for each use, as the table of the README has them: each row is tried, and without each part. */
import { assertEquals } from "@std/assert";
import { forEachUse, inPlaces } from "./permission_uses.ts";
import { mayRunPrograms } from "./program.ts";

Deno.test({
  name: "Each row of the README's permissions is enough for its use, and none of them is too many",
  ignore: !mayRunPrograms || Deno.build.os === "windows",
  fn: async () => {
    await forEachUse(async (name, { base, works, without }, parts, places) => {
      const may = (parts: string[]) => ({ permissions: inPlaces([...base, ...parts], name, places) });
      assertEquals(Object.keys(without), parts, name);
      await works(may(parts), places);
      for (const part of parts) {
        await without[part](may(parts.filter((it) => it !== part)), places).catch((error) => {
          throw new Error(`${name} without ${part}: ${error.message}`);
        });
      }
    });
  },
});

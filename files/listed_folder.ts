/** Lists a folder of a store, as whoever asks for it would rather have it. */
import { isJsonWanted, LISTED_MAX, listingJson, listingOrder, listingPage, sorted } from "./dir_listing.ts";
import type { FileStore } from "./file_store.ts";
import { isRulesFile } from "./site_rules.ts";
import { targetPath } from "./target_path.ts";

/** What a listing depends on besides the folder. */
export interface ListingWanted {
  /** Query of the target, which tells the order. */
  readonly query: string;
  /** Value of the field Accept. */
  readonly accept: string | undefined;
  /** Whether names that begin with a dot are shown. */
  readonly dotfiles?: boolean;
}

/**
 * Lists what can be asked for in a folder; `undefined` when its names may not be read.
 *
 * @param path path of the folder, empty for the root, else with a slash at its end
 * @throws {Deno.errors.Busy} when descriptors ran out
 */
export async function listedFolder(
  store: FileStore,
  path: string,
  { query, accept, dotfiles }: ListingWanted,
): Promise<{ isJson: boolean; text: string } | undefined> {
  const isShown = (name: string) =>
    typeof targetPath(`/${encoded(path + name)}`, dotfiles) === "string" && !isRulesFile(path + name);
  const names = (await store.names(path))?.filter(isShown).sort();
  if (names === undefined) return undefined;
  const order = listingOrder(query);
  const listed = sorted(await store.list(path, names.slice(0, LISTED_MAX)), order);
  const isJson = isJsonWanted(accept), isCut = names.length > LISTED_MAX;
  return { isJson, text: isJson ? listingJson(path, listed, isCut) : listingPage(path, listed, order, isCut) };
}

function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

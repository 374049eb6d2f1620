/** Finds out what a path leads to, before anything is read. */
import type { FileInfo, FileStore, Refused } from "./file_store.ts";
import type { Redirect, SiteRules } from "./site_rules.ts";

/** What lies at a path. */
export type Located =
  | { readonly kind: "file"; readonly path: string; readonly info: FileInfo }
  /** A folder without an index, to be shown. */
  | { readonly kind: "listing" }
  /** A folder that was asked for without its slash. */
  | { readonly kind: "slash" }
  | { readonly kind: "redirect"; readonly redirect: Redirect }
  | Refused;

/**
 * Looks a path up. In this order: a forced redirect; the file itself, or the `index.html` of a folder; a page without its
 * `.html`; a folder to be shown; another redirect.
 *
 * @param path what `targetPath()` returned
 * @param areFoldersShown whether a folder without an index is shown
 * @throws {Deno.errors.Busy} when descriptors ran out
 */
export async function locate(
  store: FileStore,
  path: string,
  rules: Pick<SiteRules, "redirect">,
  areFoldersShown = false,
): Promise<Located> {
  const redirect = rules.redirect(`/${path}`);
  if (redirect?.isForced) return { kind: "redirect", redirect };
  const there = await (path === "" || path.endsWith("/") ? folder : named)(store, path, areFoldersShown);
  if (there !== undefined) return there;
  return redirect === undefined ? { kind: "absent" } : { kind: "redirect", redirect };
}

async function folder(store: FileStore, path: string, isShown: boolean): Promise<Located | undefined> {
  const index = await store.look(`${path}index.html`);
  if (index.kind === "file") return { ...index, path: `${path}index.html` };
  if (index.kind === "forbidden") return index;
  return isShown && (await store.look(path)).kind === "folder" ? { kind: "listing" } : undefined;
}

async function named(store: FileStore, path: string, areFoldersShown: boolean): Promise<Located | undefined> {
  const seen = await store.look(path);
  if (seen.kind === "file") return { ...seen, path };
  if (seen.kind === "forbidden") return seen;
  const isFolder = seen.kind === "folder";
  if (isFolder && (await store.look(`${path}/index.html`)).kind === "file") return { kind: "slash" };
  const page = await store.look(`${path}.html`);
  if (page.kind === "file") return { ...page, path: `${path}.html` };
  return isFolder && areFoldersShown ? { kind: "slash" } : undefined;
}

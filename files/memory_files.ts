/** A store of files in memory: for tests, and for whoever has no disk. */
import type { FileInfo, FileStore, OpenFile, Refused, Seen } from "./file_store.ts";

/**
 * Makes a store of a table in memory; its files never change.
 *
 * @param entries relative path to content; text is encoded as UTF-8
 */
export function memoryFiles(entries: Readonly<Record<string, string | Uint8Array>>): FileStore {
  const files = new Map(
    Object.entries(entries).map(([path, content]) => [
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    ]),
  );
  const look = (path: string): Seen | Refused => {
    const content = files.get(path);
    if (content !== undefined) return { kind: "file", info: memoryInfo(content.length) };
    const prefix = path === "" || path.endsWith("/") ? path : path + "/";
    const isFolder = [...files.keys()].some((name) => name.startsWith(prefix));
    return isFolder ? { kind: "folder", info: memoryInfo(0) } : { kind: "absent" };
  };
  const names = (path: string) => [
    ...new Set(
      [...files.keys()].filter((name) => name.startsWith(path)).map((name) => name.slice(path.length).split("/")[0]),
    ),
  ];
  return {
    open(path) {
      const seen = look(path);
      if (seen.kind !== "file") return Promise.resolve(seen);
      return Promise.resolve({ kind: "file", file: memoryFile(files.get(path)!) });
    },
    look: (path) => Promise.resolve(look(path)),
    glance(path) {
      const seen = look(path);
      return seen.kind === "file" || seen.kind === "folder" ? seen.info : undefined;
    },
    names: (path) => Promise.resolve(names(path)),
    list: (path, wanted) =>
      Promise.resolve(wanted.flatMap((name) => {
        const seen = look(path + name);
        if (seen.kind !== "file" && seen.kind !== "folder") return [];
        const { sizeBytes, mtimeMs } = seen.info;
        return [{ name, isFolder: seen.kind === "folder", sizeBytes, mtimeMs }];
      })),
  };
}

function memoryInfo(sizeBytes: number): FileInfo {
  return { sizeBytes, mtimeMs: 0, changedMs: 0, links: 1, version: `${sizeBytes}` };
}

function memoryFile(content: Uint8Array): OpenFile {
  const info = memoryInfo(content.length);
  let offset = 0;
  return {
    info,
    seek(to: number): void {
      offset = to;
    },
    read(into: Uint8Array): Promise<number> {
      const piece = content.subarray(offset, offset + into.length);
      into.set(piece);
      offset += piece.length;
      return Promise.resolve(piece.length);
    },
    currentInfo: () => Promise.resolve(info),
    close: () => {},
  };
}

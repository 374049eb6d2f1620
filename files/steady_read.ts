/**
 * Reads a file that others may be writing: what comes out is one version whole, or nothing.
 *
 * Systems tell the time of a change in steps: of up to 10 ms in the kernel, of 1 ms for the last modification and 1 s for
 * the last change of status by the time they reach us. Two writes within a step look like one, so that the same times
 * before and after reading prove nothing as long as the last write is within a step of now. Hence:
 *
 * 1. wait, with the file open, until its last modification is further back than a step and than a large write takes
 * 2. read
 * 3. ask the same handle again: a write since then would show
 *
 * What it cannot see: a writer that pauses in the middle of its work for longer than that, or writes through a mapping;
 * at that moment the half that it has written is the file. Writers that rename a finished file into place have no middle.
 */
import { delay } from "@std/async/delay";
import { withHeadroom } from "../http1/headroom.ts";
import { type FileInfo, isSameContent, type OpenFile } from "./file_store.ts";

/** Longest step of a kernel's clock (10 ms), twice, and a millisecond for the cut digits. */
const QUIET_MS = 21;
/** A write stamps the file when it begins; this fast it surely goes on, in octets in a millisecond. */
const WRITE_BYTES_PER_MS = 100_000;
/** A change in this time may be followed by another that looks the same: two whole seconds, as they are told. */
const SETTLED_MS = 2_000;
/** How long a file that never rests is waited for. */
const PATIENCE_MS = 1_000;

/** Time since 1970 in milliseconds, and a way to wait; tests have their own. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after a time. */
  wait(ms: number): Promise<void>;
}

/** The system's time. */
export const SYSTEM_TIME: Time = { now: () => Date.now(), wait: (ms) => delay(ms) };

/**
 * Returns whether any change after `nowMs` will show in a file's version.
 *
 * @param nowMs time since 1970 in milliseconds, taken before the file was asked
 */
export function isSettled(info: FileInfo, nowMs: number): boolean {
  return nowMs - info.changedMs > SETTLED_MS;
}

/**
 * Waits until nobody has written to a file for a moment.
 *
 * @returns what is true now, and stays true as long as {@linkcode isSameContent} says so; `undefined` when the file
 * does not come to rest
 */
export async function steadyInfo(file: OpenFile, time: Time = SYSTEM_TIME): Promise<FileInfo | undefined> {
  const endMs = time.now() + PATIENCE_MS;
  for (let info = file.info;; info = await file.currentInfo()) {
    const nowMs = time.now();
    const quietMs = Math.min(SETTLED_MS, QUIET_MS + info.sizeBytes / WRITE_BYTES_PER_MS);
    const ageMs = nowMs - info.mtimeMs;
    // A modification in the future is one that somebody set, or another machine's clock: it says nothing about now.
    if (ageMs >= quietMs || ageMs < -quietMs) return info;
    if (nowMs >= endMs) return undefined;
    await time.wait(Math.ceil(quietMs - ageMs));
  }
}

/**
 * Reads all of a file.
 *
 * @param info what {@linkcode steadyInfo} returned
 * @param content room that is as long as the file
 * @returns the same, full; `undefined` when the file changed meanwhile
 */
export async function readWhole(
  file: OpenFile,
  info: FileInfo,
  content: Uint8Array = withHeadroom(info.sizeBytes),
): Promise<Uint8Array | undefined> {
  for (let length = 0; length < content.length;) {
    const room = content.subarray(length);
    const count = file.readNow?.(room) ?? await file.read(room);
    if (count === 0) return undefined;
    length += count;
  }
  return isSameContent(info, await file.currentInfo()) ? content : undefined;
}

/**
 * The configurations of servers that take one from a file: templates in `servers/`, with words in double braces.
 *
 * @module
 */

import { join } from "@std/path";

/** What is filled into a template. */
export interface ConfigValues {
  port: number;
  /** The folder to serve, absolute. */
  root: string;
  /** A folder for what the server has to write, absolute. */
  dir: string;
  /** Other words of the template. */
  words?: Record<string, string>;
}

/**
 * Fills in a template.
 *
 * @throws {Error} If it has a word that is not given.
 */
export function filledTemplate(template: string, { port, root, dir, words = {} }: ConfigValues): string {
  const values: Record<string, string> = { port: `${port}`, root, dir, ...words };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => {
    if (values[word] === undefined) throw new Error(`Unknown word "${word}" in a template`);
    return values[word];
  });
}

/** The words of nginx's template. */
export function nginxWords(options: { sendfile: boolean; uid: number | null }): Record<string, string> {
  return {
    sendfile: options.sendfile ? "on" : "off",
    // Started by root, nginx would give its worker to a user who may not read the folder.
    user: options.uid === 0 ? "user root;" : "",
  };
}

/** Fills in a template of `servers/` and writes it to the server's own folder; returns its path. */
export async function writeConfig(name: string, values: ConfigValues): Promise<string> {
  const template = await Deno.readTextFile(new URL(`./servers/${name}`, import.meta.url));
  await Deno.mkdir(values.dir, { recursive: true });
  const path = join(values.dir, name);
  await Deno.writeTextFile(path, filledTemplate(template, values));
  return path;
}

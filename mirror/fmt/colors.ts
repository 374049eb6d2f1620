/**
 * Colours and styles of terminal text, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/fmt/colors.js";

/** A colour of 24 bits; each part from 0 to 255. */
export interface Rgb {
  /** Red. */
  r: number;
  /** Green. */
  g: number;
  /** Blue. */
  b: number;
}

/** Puts a text between two escape sequences, unless colours are off. */
type Style = (str: string) => string;

/** Turns colours on or off; they stay off where `NO_COLOR` asks for it. */
export const setColorEnabled: (value: boolean) => void = npm.setColorEnabled;

/** Whether colours are on. */
export const getColorEnabled: () => boolean = npm.getColorEnabled;

/** Removes escape sequences. */
export const stripAnsiCode: (string: string) => string = npm.stripAnsiCode;

/** Text without any style. */
export const reset: Style = npm.reset;

/** Bold text. */
export const bold: Style = npm.bold;

/** Dim text. */
export const dim: Style = npm.dim;

/** Italic text. */
export const italic: Style = npm.italic;

/** Underlined text. */
export const underline: Style = npm.underline;

/** Text with its two colours swapped. */
export const inverse: Style = npm.inverse;

/** Hidden text. */
export const hidden: Style = npm.hidden;

/** Text struck through. */
export const strikethrough: Style = npm.strikethrough;

/** Text in black. */
export const black: Style = npm.black;

/** Text in red. */
export const red: Style = npm.red;

/** Text in green. */
export const green: Style = npm.green;

/** Text in yellow. */
export const yellow: Style = npm.yellow;

/** Text in blue. */
export const blue: Style = npm.blue;

/** Text in magenta. */
export const magenta: Style = npm.magenta;

/** Text in cyan. */
export const cyan: Style = npm.cyan;

/** Text in white. */
export const white: Style = npm.white;

/** Text in gray. */
export const gray: Style = npm.gray;

/** Text in bright black. */
export const brightBlack: Style = npm.brightBlack;

/** Text in bright red. */
export const brightRed: Style = npm.brightRed;

/** Text in bright green. */
export const brightGreen: Style = npm.brightGreen;

/** Text in bright yellow. */
export const brightYellow: Style = npm.brightYellow;

/** Text in bright blue. */
export const brightBlue: Style = npm.brightBlue;

/** Text in bright magenta. */
export const brightMagenta: Style = npm.brightMagenta;

/** Text in bright cyan. */
export const brightCyan: Style = npm.brightCyan;

/** Text in bright white. */
export const brightWhite: Style = npm.brightWhite;

/** Text on black. */
export const bgBlack: Style = npm.bgBlack;

/** Text on red. */
export const bgRed: Style = npm.bgRed;

/** Text on green. */
export const bgGreen: Style = npm.bgGreen;

/** Text on yellow. */
export const bgYellow: Style = npm.bgYellow;

/** Text on blue. */
export const bgBlue: Style = npm.bgBlue;

/** Text on magenta. */
export const bgMagenta: Style = npm.bgMagenta;

/** Text on cyan. */
export const bgCyan: Style = npm.bgCyan;

/** Text on white. */
export const bgWhite: Style = npm.bgWhite;

/** Text on bright black. */
export const bgBrightBlack: Style = npm.bgBrightBlack;

/** Text on bright red. */
export const bgBrightRed: Style = npm.bgBrightRed;

/** Text on bright green. */
export const bgBrightGreen: Style = npm.bgBrightGreen;

/** Text on bright yellow. */
export const bgBrightYellow: Style = npm.bgBrightYellow;

/** Text on bright blue. */
export const bgBrightBlue: Style = npm.bgBrightBlue;

/** Text on bright magenta. */
export const bgBrightMagenta: Style = npm.bgBrightMagenta;

/** Text on bright cyan. */
export const bgBrightCyan: Style = npm.bgBrightCyan;

/** Text on bright white. */
export const bgBrightWhite: Style = npm.bgBrightWhite;

/** Text in one of 256 colours. */
export const rgb8: (str: string, color: number) => string = npm.rgb8;

/** Text on one of 256 colours. */
export const bgRgb8: (str: string, color: number) => string = npm.bgRgb8;

/** Text in a colour of 24 bits. */
export const rgb24: (str: string, color: number | Rgb) => string = npm.rgb24;

/** Text on a colour of 24 bits. */
export const bgRgb24: (str: string, color: number | Rgb) => string = npm.bgRgb24;

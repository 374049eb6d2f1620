/**
 * What is done with measured numbers: medians, percentiles, ratios, a table.
 *
 * Pure; knows nothing of servers.
 *
 * @module
 */

/**
 * The value below or at which the given part of the values lies (nearest rank: always one of the values).
 *
 * @param values At least one number, in any order; left as they are.
 * @param percent Greater than 0, up to 100.
 * @throws {RangeError} Without values, or if `percent` is out of range.
 */
export function percentile(values: ArrayLike<number>, percent: number): number {
  if (values.length === 0) throw new RangeError("Cannot take a percentile: there are no values");
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`Cannot take percentile ${percent}: not in (0, 100]`);
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1];
}

/**
 * The middle value, or the mean of the two in the middle.
 *
 * @param values At least one number, in any order; left as they are.
 * @throws {RangeError} Without values.
 */
export function median(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError("Cannot take a median: there are no values");
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median of the quotients of two series that were measured in the same rounds.
 *
 * Dividing round by round first takes out what slows both down for a while, which a quotient of two medians keeps.
 *
 * @throws {RangeError} If the series differ in length or are empty.
 */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): number {
  if (numerators.length !== denominators.length) {
    throw new RangeError(`Cannot divide ${numerators.length} rounds by ${denominators.length}`);
  }
  return median(numerators.map((numerator, round) => numerator / denominators[round]));
}

/** Formats a number with a comma before every three digits and a fixed number of decimals. */
export function formatNumber(value: number, decimals = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** A column of {@linkcode markdownTable}. */
export interface Column {
  title: string;
  /** Which side the cells are set to. */
  align: "left" | "right";
}

/**
 * A markdown table whose columns line up in a terminal too.
 *
 * @throws {RangeError} If a row has another number of cells than there are columns.
 */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw new RangeError(`Cannot put ${row.length} cells into ${columns.length} columns`);
    }
  }
  const shortest = 3; // a rule of two dashes and a colon
  const widths = columns.map(({ title }, index) =>
    Math.max(shortest, title.length, ...rows.map((row) => row[index].length))
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const pad = (cell: string, index: number) =>
    columns[index].align === "left" ? cell.padEnd(widths[index]) : cell.padStart(widths[index]);
  const padded = (cells: readonly string[]) => line(cells.map(pad));
  const rule = columns.map(({ align }, index) =>
    align === "left" ? "-".repeat(widths[index]) : "-".repeat(widths[index] - 1) + ":"
  );
  return [padded(columns.map(({ title }) => title)), line(rule), ...rows.map(padded)].join("\n");
}

/**
 * Dates of HTTP: written in one format, read in three. Pure; it asks nobody for the time.
 */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = "([a-z]{3})", TIME = "(\\d{2}):(\\d{2}):(\\d{2})";
/** Sun, 06 Nov 1994 08:49:37 GMT */
const IMF_FIXDATE = new RegExp(`^(?:mon|tue|wed|thu|fri|sat|sun), (\\d{2}) ${MONTH} (\\d{4}) ${TIME} gmt$`, "i");
/** Sunday, 06-Nov-94 08:49:37 GMT */
const RFC850_DATE = new RegExp(
  `^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\\d{2})-${MONTH}-(\\d{2}) ${TIME} gmt$`,
  "i",
);
/** Sun Nov  6 08:49:37 1994 */
const ASCTIME_DATE = new RegExp(`^(?:mon|tue|wed|thu|fri|sat|sun) ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`, "i");

/**
 * Reads a date in any of the three formats (RFC 9110 5.6.7).
 *
 * @param value value of a field
 * @param nowMs time since 1970 in milliseconds, which tells the century of a year of two digits
 * @returns milliseconds since 1970, a multiple of 1,000; `undefined` when the value is no date
 */
export function parseHttpDate(value: string, nowMs: number): number | undefined {
  let match = IMF_FIXDATE.exec(value);
  if (match !== null) return timeOf(match[3], match[2], match[1], match.slice(4));
  match = ASCTIME_DATE.exec(value);
  if (match !== null) return timeOf(match[6], match[1], match[2], match.slice(3, 6));
  match = RFC850_DATE.exec(value);
  return match === null
    ? undefined
    : timeOf(`${fullYear(Number(match[3]), nowMs)}`, match[2], match[1], match.slice(4));
}

/** A year of two digits that seems more than 50 years ahead is the last one in the past that ends so. */
function fullYear(lastDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - thisYear % 100 + lastDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

function timeOf(year: string, month: string, day: string, time: string[]): number | undefined {
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  const [hour, minute, second] = time.map(Number);
  if (monthIndex < 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  // The second 60 is that of a leap second.
  const date = new Date(Date.UTC(2000, monthIndex, Number(day), hour, minute, Math.min(second, 59)));
  date.setUTCFullYear(Number(year), monthIndex, Number(day));
  return date.getUTCDate() === Number(day) ? date.getTime() : undefined;
}

/** Writes a time as IMF-fixdate, which is what every sender writes; milliseconds since 1970, parts of seconds cut. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

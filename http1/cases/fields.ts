/** Field lines: names, colons, values, line ends (RFC 9112 2.2, 5; RFC 9110 5). */
import { accepted, refused, type WireCase } from "./wire_case.ts";

const NAME = "RFC 9112 5.1";
const VALUE = "RFC 9110 5.5";
const FOLDING = "RFC 9112 5.2";
const LINE_END = "RFC 9112 2.2";

const GET = "GET / HTTP/1.1\r\nHost: example.org\r\n";

/** A request with one more field line that must be given back like this. */
function valid(rule: string, name: string, line: string, fields: Record<string, string | null>): WireCase {
  return accepted(rule, name, `${GET}${line}\r\n\r\n`, { method: "GET", target: "/", fields });
}

function invalid(rule: string, name: string, line: string): WireCase {
  return refused(rule, name, `${GET}${line}\r\n\r\n`, 400);
}

/** Fields by name, `__proto__` included: in an object literal it would be no property. */
function named(name: string, value: string): Record<string, string> {
  return Object.fromEntries([[name, value]]);
}

export const cases: WireCase[] = [
  valid(NAME, "no space behind the colon", "Accept:*/*", { accept: "*/*" }),
  valid(NAME, "capital letters", "ACCEPT: */*", { accept: "*/*" }),
  valid(NAME, "mixed case of letters", "aCCept-eNCoding: gzip", { "accept-encoding": "gzip" }),
  valid(NAME, "unknown name in mixed case", "X-Request-ID: 7", { "x-request-id": "7" }),
  valid(NAME, "name of one octet", "X: y", { x: "y" }),
  valid(NAME, "every octet of a token", "!#$%&'*+-.^_`|~09az: y", { "!#$%&'*+-.^_`|~09az": "y" }),
  valid(NAME, "name of 1,000 octets", "X".repeat(1000) + ": y", { ["x".repeat(1000)]: "y" }),
  valid(NAME, "__proto__ is just a name", "__proto__: polluted", named("__proto__", "polluted")),
  valid(NAME, "constructor is just a name", "constructor: a", { constructor: "a" } as Record<string, string>),
  valid(NAME, "hasOwnProperty is just a name", "hasOwnProperty: a", { hasownproperty: "a" }),
  valid(NAME, "absent names of every object are absent", "Y: z", { y: "z", tostring: null, valueof: null }),
  valid(NAME, "name that only begins like a known one", "Host-Name: b", { "host-name": "b", host: "example.org" }),
  valid(NAME, "name that differs from a known one in one octet", "Content.Length: 5", {
    "content.length": "5",
    "content-length": null,
  }),
  valid(NAME, "underscore is no hyphen", "Content_Length: 5\r\nTransfer_Encoding: chunked", {
    "content_length": "5",
    "content-length": null,
    "transfer-encoding": null,
  }),
  invalid(NAME, "space before the colon", "Accept : */*"),
  invalid(NAME, "tab before the colon", "Accept\t: */*"),
  invalid(NAME, "space within the name", "Accept Encoding: gzip"),
  invalid(NAME, "empty name", ": y"),
  invalid(NAME, "no colon", "Accept"),
  invalid(NAME, "no colon but white space", "Accept */*"),
  invalid(NAME, "name in parentheses", "(Accept): */*"),
  invalid(NAME, "name in quotes", '"Accept": */*'),
  invalid(NAME, "slash in the name", "Accept/Encoding: gzip"),
  invalid(NAME, "comma in the name", "Accept,Range: gzip"),
  invalid(NAME, "equals sign for the colon", "Accept=gzip"),
  invalid(NAME, "semicolon for the colon", "Accept; gzip"),
  invalid(NAME, "NUL in the name", "Acc\0ept: gzip"),
  invalid(NAME, "NUL behind the name", "Accept\0: gzip"),
  invalid(NAME, "vertical tab behind the name", "Accept\x0b: gzip"),
  invalid(NAME, "DEL in the name", "Acc\x7fept: gzip"),
  invalid(NAME, "Latin-1 in the name", "Acc\xe9pt: gzip"),
  // U+212A, the Kelvin sign: a Unicode table folds it to "k".
  invalid(NAME, "Kelvin sign in the name", "\xe2\x84\xaaeep-Alive: 5"),
  // U+017F, the long s: a Unicode table folds it to "s".
  invalid(NAME, "long s in the name", "Ho\xc5\xbft: other.example"),
  invalid(NAME, "no-break space behind the name", "Accept\xa0: gzip"),
  invalid(NAME, "bare CR in the name", "Acc\rept: gzip"),
  invalid(NAME, "bare LF in the name", "Acc\nept: gzip"),

  valid(VALUE, "empty value", "X-Empty:", { "x-empty": "" }),
  valid(VALUE, "value of white space only", "X-Empty: \t \t", { "x-empty": "" }),
  valid(VALUE, "white space round the value", "X: \t a \t ", { x: "a" }),
  valid(VALUE, "white space within the value stays", "X: a \t  b", { x: "a \t  b" }),
  valid(VALUE, "colons in the value", "X: a:b: c", { x: "a:b: c" }),
  valid(VALUE, "every visible octet", "X: !\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~", {
    x: "!\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~",
  }),
  valid(VALUE, "UTF-8 is given octet by octet", "X: caf\xc3\xa9", { x: "caf\xc3\xa9" }),
  valid(VALUE, "octets that are no UTF-8", "X: \xff\xfe\x80", { x: "\xff\xfe\x80" }),
  // trim() would take all of these for white space.
  valid(VALUE, "no-break spaces are no white space", "X: \xa0a\xa0", { x: "\xa0a\xa0" }),
  valid(VALUE, "next line (0x85) is no line end", "X: a\x85Y: b", { x: "a\x85Y: b", y: null }),
  valid(VALUE, "UTF-8 of a line separator", "X: a\xe2\x80\xa8Y: b", { x: "a\xe2\x80\xa8Y: b", y: null }),
  valid(VALUE, "value of 8,000 octets", "Cookie: " + "c".repeat(8000), { cookie: "c".repeat(8000) }),
  valid(VALUE, "value that looks like a request", "X: GET /b HTTP/1.1", { x: "GET /b HTTP/1.1" }),
  valid(VALUE, "percent-encoded CRLF stays encoded", "X: a%0d%0aY: b", { x: "a%0d%0aY: b", y: null }),
  invalid(VALUE, "NUL in the value", "X: a\0b"),
  invalid(VALUE, "NUL behind the value", "X: a\0"),
  invalid(VALUE, "bell in the value", "X: a\x07"),
  invalid(VALUE, "vertical tab before the value", "X:\x0ba"),
  invalid(VALUE, "form feed behind the value", "X: a\x0c"),
  invalid(VALUE, "escape in the value", "X: \x1b[31m"),
  invalid(VALUE, "DEL in the value", "X: a\x7f"),
  invalid(VALUE, "control octet in an ignored field", "X-Ignored: \x01"),

  invalid(FOLDING, "value continued behind a space", "X: a\r\n b"),
  invalid(FOLDING, "value continued behind a tab", "X: a\r\n\tb"),
  invalid(FOLDING, "line of one space", "X: a\r\n "),
  invalid(FOLDING, "value that begins on the next line", "X:\r\n a"),
  invalid(FOLDING, "colon on the next line", "X\r\n : a"),
  refused(FOLDING, "white space before the first field", "GET / HTTP/1.1\r\n Host: example.org\r\n\r\n", 400),
  refused(FOLDING, "tab before the first field", "GET / HTTP/1.1\r\n\tX: a\r\nHost: example.org\r\n\r\n", 400),

  invalid(LINE_END, "line ended by LF alone", "X: a\nY: b"),
  invalid(LINE_END, "line ended by CR alone", "X: a\rY: b"),
  invalid(LINE_END, "line ended by CR CR LF", "X: a\r\r\nY: b"),
  invalid(LINE_END, "line ended by LF CR", "X: a\n\rY: b"),
  invalid(LINE_END, "CR at the end of a value", "X: a\r"),
  refused(LINE_END, "head ended by CRLF LF", `${GET}\n`, 400),
  refused(LINE_END, "head ended by CRLF CR and then another octet", `${GET}\rGET`, 400),
  refused(LINE_END, "head ended by LF LF", "GET / HTTP/1.1\r\nHost: example.org\n\n", 400),
];

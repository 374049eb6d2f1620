/** Content in chunks: sizes, extensions, line ends (RFC 9112 7.1, 7.1.1). Trailers are in `trailers.ts`. */
import { accepted, brokenContent, type WireCase } from "./wire_case.ts";

const CHUNK = "RFC 9112 7.1";
const EXTENSION = "RFC 9112 7.1.1";
const TOO_LARGE = "RFC 9110 15.5.14";

const HEAD = "POST /form HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n";

function valid(rule: string, name: string, chunks: string, content: string): WireCase {
  return accepted(rule, name, HEAD + chunks, { method: "POST", target: "/form", content });
}

/** Chunks that break the connection behind this much content. */
function broken(rule: string, name: string, chunks: string, content: string, status = 400): WireCase {
  return brokenContent(rule, name, HEAD + chunks, { method: "POST", target: "/form", content }, status);
}

function unfinished(name: string, chunks: string, content: string): WireCase {
  return {
    name,
    rule: "RFC 9112 8",
    octets: HEAD + chunks,
    requests: [{ method: "POST", target: "/form", content }],
    incomplete: true,
  };
}

const END = "0\r\n\r\n";

export const cases: WireCase[] = [
  valid(CHUNK, "one chunk", "5\r\nhello\r\n" + END, "hello"),
  valid(CHUNK, "no chunk but the last", END, ""),
  valid(CHUNK, "several chunks", "5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n" + END, "hello world"),
  valid(CHUNK, "chunks of one octet", "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n" + END, "abc"),
  valid(CHUNK, "size in lower-case digits", "a\r\n0123456789\r\n" + END, "0123456789"),
  valid(CHUNK, "size in upper-case digits", "A\r\n0123456789\r\n" + END, "0123456789"),
  valid(CHUNK, "size of two digits", "1f\r\n" + "x".repeat(31) + "\r\n" + END, "x".repeat(31)),
  valid(CHUNK, "chunk longer than the read buffer", "9c40\r\n" + "y".repeat(40_000) + "\r\n" + END, "y".repeat(40_000)),
  valid(CHUNK, "a thousand chunks", "2\r\nab\r\n".repeat(1000) + END, "ab".repeat(1000)),
  valid(CHUNK, "chunk of CRLFs", "4\r\n\r\n\r\n\r\n" + END, "\r\n\r\n"),
  valid(CHUNK, "chunk that looks like the last one", "5\r\n0\r\n\r\n\r\n" + END, "0\r\n\r\n"),
  valid(CHUNK, "NUL and octets outside ASCII", "4\r\n\0\xff\x80\r\r\n" + END, "\0\xff\x80\r"),
  valid(CHUNK, "size with leading zeros", "0005\r\nhello\r\n" + END, "hello"),
  valid(CHUNK, "sixteen zeros and a digit", "0".repeat(16) + "5\r\nhello\r\n" + END, "hello"),
  valid(CHUNK, "last chunk of sixteen zeros", "5\r\nhello\r\n" + "0".repeat(16) + "\r\n\r\n", "hello"),
  valid(CHUNK, "256 zeros and a digit", "0".repeat(256) + "5\r\nhello\r\n" + END, "hello"),
  broken(CHUNK, "257 zeros and a digit", "0".repeat(257) + "5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "zeros without end", "5\r\nhello\r\n" + "0".repeat(5000), "hello"),
  broken(CHUNK, "no size", "\r\nhello\r\n" + END, ""),
  broken(CHUNK, "no size but an extension", ";a=b\r\nhello\r\n" + END, ""),
  broken(CHUNK, "space before the size", " 5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "tab before the size", "\t5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "empty line before the size", "\r\n5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "space behind the size", "5 \r\nhello\r\n" + END, ""),
  broken(CHUNK, "tab behind the size", "5\t\r\nhello\r\n" + END, ""),
  broken(CHUNK, "space within the size", "1 0\r\nhello\r\n" + END, ""),
  broken(CHUNK, "prefix 0x", "0x5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "plus sign", "+5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "minus sign", "-5\r\nhello\r\n" + END, ""),
  broken(CHUNK, "letter that is no digit", "5g\r\nhello\r\n" + END, ""),
  broken(CHUNK, "underscore between digits", "1_0\r\nhello\r\n" + END, ""),
  broken(CHUNK, "point between digits", "5.0\r\nhello\r\n" + END, ""),
  broken(CHUNK, "quotation marks round the size", '"5"\r\nhello\r\n' + END, ""),
  broken(CHUNK, "NUL behind the size", "5\0\r\nhello\r\n" + END, ""),
  broken(CHUNK, "digit outside ASCII", "\xb2\r\nhe\r\n" + END, ""),
  broken(CHUNK, "size line ended by LF alone", "5\nhello\r\n" + END, ""),
  broken(CHUNK, "size line ended by CR alone", "5\rhello\r\n" + END, ""),
  broken(CHUNK, "size line ended by CR CR LF", "5\r\r\nhello\r\n" + END, ""),
  broken(CHUNK, "chunk ended by LF alone", "5\r\nhello\n" + END, "hello"),
  broken(CHUNK, "chunk ended by CR alone", "5\r\nhello\r" + END, "hello"),
  broken(CHUNK, "chunk ended by LF CR", "5\r\nhello\n\r" + END, "hello"),
  broken(CHUNK, "chunk ended by another octet and LF", "5\r\nhelloX\n" + END, "hello"),
  broken(CHUNK, "chunk ended by CR and another octet", "5\r\nhello\rX" + END, "hello"),
  broken(CHUNK, "chunk longer than its size", "5\r\nhello!\r\n" + END, "hello"),
  broken(CHUNK, "chunk shorter than its size", "6\r\nhello\r\n" + END, "hello\r"),
  broken(CHUNK, "chunk without an end", "5\r\nhello" + END, "hello"),
  broken(CHUNK, "octets that look like a chunk behind a chunk", "5\r\nhelloXX5\r\nhello\r\n" + END, "hello"),
  broken(CHUNK, "content that is not in chunks", "hello=world", ""),
  broken(CHUNK, "last chunk ended by LF alone", "5\r\nhello\r\n0\n\r\n", "hello"),

  broken(TOO_LARGE, "chunk larger than the content allowed", "1000001\r\n", "", 413),
  broken(TOO_LARGE, "chunks together larger than the content allowed", "1\r\na\r\n1000000\r\n", "a", 413),
  broken(TOO_LARGE, "size of 2^32", "100000000\r\n", "", 413),
  broken(TOO_LARGE, "size of 2^53", "20000000000000\r\n", "", 413),
  broken(TOO_LARGE, "size of 2^64 and five", "10000000000000005\r\nhello\r\n" + END, "", 413),
  broken(TOO_LARGE, "size of 300 digits, infinite as a double", "f".repeat(300) + "\r\n", "", 413),

  valid(EXTENSION, "extension", "5;a=b\r\nhello\r\n" + END, "hello"),
  valid(EXTENSION, "extension without a value", "5;a\r\nhello\r\n" + END, "hello"),
  broken(EXTENSION, "semicolon alone", "5;\r\nhello\r\n" + END, ""),
  valid(EXTENSION, "white space behind the semicolon", "5; \ta = b\r\nhello\r\n" + END, "hello"),
  valid(EXTENSION, "quoted value", '5;a="b;c\\"d"\r\nhello\r\n' + END, "hello"),
  valid(EXTENSION, "two extensions", "5;a=b;c=d\r\nhello\r\n" + END, "hello"),
  valid(EXTENSION, "extension of the last chunk", "5\r\nhello\r\n0;a=b\r\n\r\n", "hello"),
  valid(EXTENSION, "signature of each chunk", `5;chunk-signature=${"ad80".repeat(16)}\r\nhello\r\n` + END, "hello"),
  valid(EXTENSION, "octets outside ASCII in a quoted value", '5;a="\xe9"\r\nhello\r\n' + END, "hello"),
  broken(EXTENSION, "octets outside ASCII in a token", "5;a=\xe9\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "no value behind the equals sign", "5;a=\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "value in quotation marks and more", '5;a="b"c\r\nhello\r\n' + END, ""),
  broken(EXTENSION, "white space at the end", "5;a=b \r\nhello\r\n" + END, ""),
  broken(EXTENSION, "two words for a name", "5;a b\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "backslash at the end of a quoted value", '5;a="\\\r\nhello\r\n' + END, ""),
  valid(EXTENSION, "hex digits in the extension are no size", "5;ffff\r\nhello\r\n" + END, "hello"),
  valid(EXTENSION, "4,096 octets of extension", "5;" + "a".repeat(4095) + "\r\nhello\r\n" + END, "hello"),
  broken(EXTENSION, "4,097 octets of extension", "5;" + "a".repeat(4096) + "\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "extension without end", "5;" + "a".repeat(20_000), ""),
  broken(
    EXTENSION,
    "small extensions of many chunks, together too large",
    "1;12345678\r\na\r\n".repeat(500) + END,
    "a".repeat(455),
  ),
  // Bad white space, which a recipient has to take (RFC 9110 5.6.3).
  valid(EXTENSION, "white space before the semicolon", "5 \t;a=b\r\nhello\r\n" + END, "hello"),
  broken(EXTENSION, "comma for the semicolon", "5,a=b\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "LF in the extension", "5;a\nb\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "CR in the extension", "5;a\rb\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "NUL in the extension", "5;a\0b\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "DEL in the extension", "5;a\x7fb\r\nhello\r\n" + END, ""),
  broken(EXTENSION, "CRLF in a quoted value", '5;a="\r\n"\r\nhello\r\n' + END, ""),

  unfinished("nothing of the content", "", ""),
  unfinished("size without its line end", "5", ""),
  unfinished("size line without its LF", "5\r", ""),
  unfinished("part of a chunk", "5\r\nhel", "hel"),
  unfinished("chunk without its CRLF", "5\r\nhello", "hello"),
  unfinished("no last chunk", "5\r\nhello\r\n", "hello"),
  unfinished("last chunk without the empty line", "5\r\nhello\r\n0\r\n", "hello"),
  unfinished("last chunk with half of the empty line", "5\r\nhello\r\n0\r\n\r", "hello"),
];

/** Whether a connection goes on after a request (RFC 9112 9.3, 9.6; RFC 9110 7.6.1). */
import { accepted, type WireCase } from "./wire_case.ts";

const PERSISTENCE = "RFC 9112 9.3";
const OPTIONS = "RFC 9110 7.6.1";

function http11(rule: string, name: string, lines: string, persistent: boolean): WireCase {
  const octets = `GET / HTTP/1.1\r\nHost: example.org\r\n${lines}\r\n`;
  return accepted(rule, name, octets, { method: "GET", target: "/", minorVersion: 1, persistent });
}

function http10(rule: string, name: string, lines: string, persistent: boolean): WireCase {
  const octets = `GET / HTTP/1.0\r\n${lines}\r\n`;
  return accepted(rule, name, octets, { method: "GET", target: "/", minorVersion: 0, persistent });
}

export const cases: WireCase[] = [
  http11(PERSISTENCE, "1.1 without Connection", "Keep-Alive: timeout=5\r\n", true),
  http11(PERSISTENCE, "1.1 with close", "Connection: close\r\n", false),
  http11(PERSISTENCE, "1.1 with keep-alive", "Connection: keep-alive\r\n", true),
  http11(PERSISTENCE, "1.1 with Keep-Alive parameters", "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n", true),
  http11(PERSISTENCE, "1.1 with both, close last", "Connection: keep-alive, close\r\n", false),
  http11(PERSISTENCE, "1.1 with both, close first", "Connection: close, keep-alive\r\n", false),
  http11(PERSISTENCE, "1.1 with both in two lines", "Connection: close\r\nConnection: keep-alive\r\n", false),
  http11(
    PERSISTENCE,
    "1.1 with both in two lines, close last",
    "Connection: keep-alive\r\nConnection: close\r\n",
    false,
  ),
  http11(
    PERSISTENCE,
    "1.1 with close in the second line",
    "Connection: TE\r\nTE: trailers\r\nConnection: close\r\n",
    false,
  ),
  http11(PERSISTENCE, "field named Close", "Close: true\r\n", true),
  http11(PERSISTENCE, "close for another proxy", "Proxy-Connection: close\r\n", true),

  http11(OPTIONS, "close in capital letters", "Connection: CLOSE\r\n", false),
  http11(OPTIONS, "close in mixed case", "connection: Close\r\n", false),
  http11(OPTIONS, "close among other options", "Connection: upgrade,close\t,TE\r\n", false),
  http11(OPTIONS, "close among empty members", "Connection: , ,close,,\r\n", false),
  http11(OPTIONS, "closed is no close", "Connection: closed\r\n", true),
  http11(OPTIONS, "close-it is no close", "Connection: close-it\r\n", true),
  http11(OPTIONS, "not-close is no close", "Connection: not-close\r\n", true),
  http11(OPTIONS, "close in quotation marks is no token", 'Connection: "close"\r\n', true),
  http11(OPTIONS, "close with a parameter is no token", "Connection: close;now\r\n", true),
  http11(OPTIONS, "close and another word without a comma", "Connection: close now\r\n", true),
  http11(OPTIONS, "close split by a space", "Connection: clo se\r\n", true),
  http11(OPTIONS, "close and semicolons for commas", "Connection: keep-alive; close\r\n", true),
  http11(OPTIONS, "invalid member beside a valid close", "Connection: a b, close\r\n", false),
  http11(OPTIONS, "no-break space before close", "Connection: \xa0close\r\n", true),
  // U+017F, the long s: a Unicode table folds it to "s".
  http11(OPTIONS, "long s in close", "Connection: clo\xc5\xbfe\r\n", true),
  http11(OPTIONS, "empty Connection", "Connection:\r\n", true),
  http11(OPTIONS, "field named as an option stays a field", "Connection: Accept\r\nAccept: a/b\r\n", true),
  http11(OPTIONS, "Host named as an option stays the Host", "Connection: Host\r\n", true),

  http10(PERSISTENCE, "1.0 ends", "", false),
  http10(PERSISTENCE, "1.0 with keep-alive", "Connection: keep-alive\r\n", true),
  http10(PERSISTENCE, "1.0 with keep-alive in capital letters", "Connection: Keep-Alive\r\n", true),
  http10(PERSISTENCE, "1.0 with keep-alive among others", "Connection: TE, keep-alive\r\n", true),
  http10(PERSISTENCE, "1.0 with keep-alive in the second line", "Connection: TE\r\nConnection: keep-alive\r\n", true),
  http10(PERSISTENCE, "1.0 with close", "Connection: close\r\n", false),
  http10(PERSISTENCE, "1.0 with both", "Connection: keep-alive, close\r\n", false),
  http10(PERSISTENCE, "1.0 with a word that begins like keep-alive", "Connection: keep-alives\r\n", false),
  http10(PERSISTENCE, "1.0 with Keep-Alive as a field only", "Keep-Alive: timeout=5, max=100\r\n", false),
  http10(PERSISTENCE, "1.0 with keep-alive for another proxy", "Proxy-Connection: keep-alive\r\n", false),
  http10(PERSISTENCE, "1.0 with an unknown option", "Connection: upgrade\r\n", false),
  accepted(
    PERSISTENCE,
    "1.0 with keep-alive and content",
    "POST /form HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
    { method: "POST", target: "/form", content: "abc", persistent: true },
  ),
  accepted(
    "RFC 9112 9.7",
    "Upgrade is ignored",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    {
      method: "GET",
      target: "/",
      fields: { upgrade: "h2c" },
      persistent: true,
    },
  ),
];

/** Expectations: `100-continue`, and no other (RFC 9110 10.1.1). */
import { accepted, refused, type WireCase } from "./wire_case.ts";

const EXPECT = "RFC 9110 10.1.1";

function post(version: string, lines: string, content = "hello"): string {
  return `POST /form ${version}\r\nHost: example.org\r\nContent-Length: ${content.length}\r\n${lines}\r\n${content}`;
}

/** An expectation that the content is waited for. */
function waits(name: string, lines: string): WireCase {
  const request = { method: "POST", target: "/form", content: "hello", expectsContinue: true };
  return accepted(EXPECT, name, post("HTTP/1.1", lines), request);
}

function unmet(name: string, lines: string): WireCase {
  return refused("RFC 9110 15.5.18", name, post("HTTP/1.1", lines), 417);
}

export const cases: WireCase[] = [
  waits("100-continue", "Expect: 100-continue\r\n"),
  waits("100-continue in capital letters", "Expect: 100-CONTINUE\r\n"),
  waits("100-continue in mixed case", "eXPECT: 100-Continue\r\n"),
  waits("white space round it", "Expect: \t 100-continue \t\r\n"),
  waits("twice in one line", "Expect: 100-continue, 100-continue\r\n"),
  waits("in two lines", "Expect: 100-continue\r\nExpect: 100-continue\r\n"),
  waits("empty members beside it", "Expect: , 100-continue,\r\n"),
  accepted(EXPECT, "100-continue in another field", post("HTTP/1.1", "X-Expect: 100-continue\r\n"), {
    method: "POST",
    target: "/form",
    content: "hello",
    expectsContinue: false,
  }),
  // No member, so there is nothing to wait for.
  accepted(EXPECT, "empty", post("HTTP/1.1", "Expect:\r\n"), {
    method: "POST",
    target: "/form",
    content: "hello",
    expectsContinue: false,
  }),
  accepted(
    EXPECT,
    "chunked content",
    "POST /form HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    { method: "POST", target: "/form", content: "a", expectsContinue: true },
  ),
  accepted(EXPECT, "no content to wait for", "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", {
    method: "GET",
    target: "/",
    fields: { expect: "100-continue" },
    expectsContinue: false,
  }),
  accepted(
    EXPECT,
    "content of length 0",
    "PUT /form HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
    {
      method: "PUT",
      target: "/form",
      expectsContinue: false,
    },
  ),
  accepted(EXPECT, "100-continue in HTTP/1.0 is ignored", post("HTTP/1.0", "Expect: 100-continue\r\n"), {
    method: "POST",
    target: "/form",
    content: "hello",
    expectsContinue: false,
    persistent: false,
  }),
  accepted(EXPECT, "unknown expectation in HTTP/1.0 is ignored", post("HTTP/1.0", "Expect: tea\r\n"), {
    method: "POST",
    target: "/form",
    content: "hello",
    expectsContinue: false,
    persistent: false,
  }),
  {
    name: "content that has not come yet",
    rule: EXPECT,
    octets: "POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    requests: [{ method: "POST", target: "/form", content: "", expectsContinue: true }],
    incomplete: true,
  },
  unmet("other expectation", "Expect: 200-ok\r\n"),
  unmet("word", "Expect: tea\r\n"),
  unmet("number alone", "Expect: 100\r\n"),
  unmet("space for the hyphen", "Expect: 100 continue\r\n"),
  unmet("100-continue in quotation marks", 'Expect: "100-continue"\r\n'),
  unmet("100-continue with a parameter", "Expect: 100-continue;q=1\r\n"),
  unmet("longer word that begins the same", "Expect: 100-continues\r\n"),
  unmet("unknown expectation behind a known one", "Expect: 100-continue, tea\r\n"),
  unmet("unknown expectation in a second line", "Expect: 100-continue\r\nExpect: tea\r\n"),
  refused(
    "RFC 9110 15.5.18",
    "unknown expectation of a request without content",
    "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n",
    417,
  ),
];

/** All wire transcripts, by group. */
import { cases as chunked } from "./chunked.ts";
import { cases as clients } from "./clients.ts";
import { cases as contentLength } from "./content_length.ts";
import { cases as expect } from "./expect.ts";
import { cases as fields } from "./fields.ts";
import { cases as host } from "./host.ts";
import { cases as incomplete } from "./incomplete.ts";
import { cases as limits } from "./limits.ts";
import { cases as otherProtocols } from "./other_protocols.ts";
import { cases as persistence } from "./persistence.ts";
import { cases as pipelining } from "./pipelining.ts";
import { cases as repeatedFields } from "./repeated_fields.ts";
import { cases as requestLine } from "./request_line.ts";
import { cases as smuggledContent } from "./smuggled_content.ts";
import { cases as smuggling } from "./smuggling.ts";
import { cases as target } from "./target.ts";
import { cases as trailers } from "./trailers.ts";
import { cases as transferEncoding } from "./transfer_encoding.ts";
import type { WireCase } from "./wire_case.ts";

/** The transcripts of one file. */
export interface WireGroup {
  /** What they are about, in words that begin a test's name. */
  group: string;
  cases: WireCase[];
}

/** Every group, in the order of the octets on a connection; smuggling last. */
export const GROUPS: WireGroup[] = [
  { group: "request line", cases: requestLine },
  { group: "target", cases: target },
  { group: "host", cases: host },
  { group: "fields", cases: fields },
  { group: "repeated fields", cases: repeatedFields },
  { group: "content length", cases: contentLength },
  { group: "transfer encoding", cases: transferEncoding },
  { group: "chunked", cases: chunked },
  { group: "trailers", cases: trailers },
  { group: "expect", cases: expect },
  { group: "persistence", cases: persistence },
  { group: "pipelining", cases: pipelining },
  { group: "incomplete", cases: incomplete },
  { group: "limits", cases: limits },
  { group: "clients", cases: clients },
  { group: "other protocols", cases: otherProtocols },
  { group: "smuggling", cases: [...smuggling, ...smuggledContent] },
];

/**
 * Answers without a file: redirects, refusals, "come again". They have the fields that the site gives to every answer, and
 * none about content.
 */
import type { HttpRequest, HttpResponse } from "../http1/message.ts";
import { plainResponse, prepareResponse } from "../http1/response.ts";
import type { Fields } from "./file_entry.ts";
import { bareFields, REVALIDATE, type Subject } from "./file_fields.ts";

/** Makes answers without a file; each is told the path that was asked for, since fields of a site go by it. */
export class PlainAnswers {
  readonly #fieldsOf: (subject: Subject) => Fields;

  /** Answers with the fields of a site. */
  constructor(fieldsOf: (subject: Subject) => Fields) {
    this.#fieldsOf = fieldsOf;
  }

  /** Says in one line why there is no file. */
  refusal(status: number, askedPath: string, text = "", fields: Fields = {}): HttpResponse {
    return plainResponse(status, text, { ...this.#bare(askedPath), ...fields });
  }

  /** Says that what was asked for may well be there (503). */
  busy(askedPath: string): HttpResponse {
    return this.refusal(503, askedPath, "", { "Retry-After": "1" });
  }

  /** Leads to another place; the query goes along, unless the location has its own. */
  redirect(request: HttpRequest, askedPath: string, status: number, location: string): HttpResponse {
    const query = request.query === "" || /[?#]/.test(location) ? "" : `?${asUri(request.query)}`;
    return prepareResponse(status, { fields: { ...this.#bare(askedPath), "Location": `${location}${query}` } });
  }

  /**
   * A folder's relative links need the slash; a relative reference cannot lead to another host. It is asked for anew each
   * time, since a file may come to stand there.
   */
  redirectToFolder(request: HttpRequest, askedPath: string): HttpResponse {
    const name = request.path.slice(request.path.lastIndexOf("/") + 1);
    const query = request.query === "" ? "" : `?${request.query}`;
    const fields = { "Cache-Control": REVALIDATE, "Location": asUri(`./${name}/${query}`) };
    return prepareResponse(301, { fields: { ...this.#bare(askedPath), ...fields } });
  }

  #bare(askedPath: string): Fields {
    return bareFields(this.#fieldsOf({ askedPath, filePath: "", isStandIn: true, vary: [] }));
  }
}

/** Encodes what a target was let through with, and a URI may not have (RFC 3986 2). */
function asUri(text: string): string {
  return text.replace(/[\\^`{|}]/g, encodeURIComponent);
}

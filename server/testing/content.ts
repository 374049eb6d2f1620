/** Requests with content, and handlers that read it or do not. */
import type { HttpRequest, HttpResponse } from "../../http1/message.ts";
import { text } from "./memory_socket.ts";
import { get, page } from "./test_server.ts";

/** A handler that answers with the content that came. */
export async function echo(request: HttpRequest): Promise<HttpResponse> {
  return page(await whole(request));
}

/** A handler that looks at nothing. */
export function deaf({ path }: HttpRequest): HttpResponse {
  return page(path.slice(1));
}

/** Reads all content of a request. */
export async function whole({ content }: HttpRequest): Promise<string> {
  let all = "";
  if (content === null) return "no content";
  for (let piece = await content.read(); piece !== undefined; piece = await content.read()) all += text(piece);
  return all;
}

/** A request with content that is framed by its length. */
export function post(path: string, content: string, { fields = "", length = content.length } = {}): string {
  return get(path, { method: "POST", fields: `Content-Length: ${length}\r\n${fields}`, content });
}

/** A request with content that is framed in chunks. */
export function chunked(path: string, content: string, fields = ""): string {
  return get(path, { method: "POST", fields: `Transfer-Encoding: chunked\r\n${fields}`, content });
}

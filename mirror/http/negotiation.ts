/**
 * Content negotiation, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/http/negotiation.js";

/** What of a request is looked at. */
type WithHeaders = Pick<Request, "headers">;

/** All choices of the client in its order; or the best of those on offer, `undefined` when none will do. */
interface Negotiate {
  (request: WithHeaders): string[];
  (request: WithHeaders, ...offers: string[]): string | undefined;
}

/** Negotiates a media type by the Accept field. */
export const accepts: Negotiate = npm.accepts;

/** Negotiates a content coding by the Accept-Encoding field. */
export const acceptsEncodings: Negotiate = npm.acceptsEncodings;

/** Negotiates a language by the Accept-Language field. */
export const acceptsLanguages: Negotiate = npm.acceptsLanguages;

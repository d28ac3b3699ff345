import type { IncomingHttpHeaders } from 'node:http';

/** What is known of a request besides its body. */
export interface RequestContext {
  method: string;
  /** Path and query as they came. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** A Buffer is sent as bytes, a string as text, anything else as JSON. */
export type HandlerResult = Buffer | string | object;

/**
 * A function: the whole body in, the answer out.
 * @throws InputError for a body it can't use: the caller gets 400 and the message
 */
export type Handler = (
  body: Buffer,
  context: RequestContext,
) => HandlerResult | Promise<HandlerResult>;

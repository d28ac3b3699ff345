import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Handler, HandlerResult } from './handler.js';
import { InputError } from './input-error.js';
import { BodyTooLargeError, readBody } from './request-body.js';

export const HEALTH_PATH = '/_/health';

/** Longer than any client in front keeps an idle connection, so that only clients close one. */
const KEEP_ALIVE_MS = 120_000;
/** A body must have arrived by then. */
const REQUEST_MS = 60_000;

export interface FunctionServerOptions {
  handler: Handler;
  /** Told in `X-Replica`. */
  replica: string;
  bodyLimitBytes: number;
}

interface Answer {
  status: number;
  contentType: string;
  body: Buffer;
}

/** The HTTP server of one function; not listening yet. */
export function createFunctionServer(options: FunctionServerOptions): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS });
  server.on('request', (request, response) => {
    if (request.url === HEALTH_PATH) return send(response, text(200, 'ok\n'));
    serve(request, response, options, () => !server.listening);
  });
  return server;
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { handler, replica, bodyLimitBytes }: FunctionServerOptions,
  stopping: () => boolean,
): void {
  const started = performance.now();
  const { method = 'GET', url = '/', headers } = request;
  const reply = (answer: Answer) => {
    send(response, answer, {
      'X-Duration-Seconds': ((performance.now() - started) / 1000).toFixed(6),
      'X-Replica': replica,
      ...(stopping() ? { Connection: 'close' } : {}),
    });
  };
  readBody(request, bodyLimitBytes).then(
    async (body) => {
      try {
        reply(answerOf(await handler(body, { method, url, headers })));
      } catch (error) {
        reply(answerOfError(error));
      }
    },
    (error: unknown) => {
      if (error instanceof BodyTooLargeError) return reply(json(413, { error: error.message }));
      response.destroy(); // the caller has gone
    },
  );
}

function send(response: ServerResponse, answer: Answer, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': answer.body.length,
    ...headers,
  });
  response.end(answer.body);
}

function answerOf(result: HandlerResult): Answer {
  if (Buffer.isBuffer(result)) {
    return { status: 200, contentType: 'application/octet-stream', body: result };
  }
  return typeof result === 'string' ? text(200, result) : json(200, result);
}

function answerOfError(error: unknown): Answer {
  if (error instanceof InputError) return json(400, { error: error.message });
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return json(500, { error: `The function failed: ${message}` });
}

function text(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: Buffer.from(body) };
}

function json(status: number, value: object): Answer {
  return { status, contentType: 'application/json', body: Buffer.from(JSON.stringify(value)) };
}

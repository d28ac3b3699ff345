import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Dispatcher } from 'undici';
import { answerHeaders } from './forwarded-headers.js';
import { refuse } from './refusal.js';

/** Writes a function's answer to its caller as it comes; ends the request when the caller leaves. */
export class UpstreamAnswer implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;

  constructor(
    private readonly name: string,
    private readonly ownHeaders: readonly string[],
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly done: () => void,
  ) {}

  private readonly onClientGone = () => {
    if (!this.response.writableFinished) this.controller?.abort(new Error('the client is gone'));
  };

  private readonly onDrain = () => this.controller?.resume();

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    this.response.once('close', this.onClientGone);
    if (this.response.destroyed) this.onClientGone();
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    const list = answerHeaders(headers, this.ownHeaders);
    if (headers['content-type'] === undefined && status !== 204 && status !== 304) {
      list.push('Content-Type', this.request.headers['content-type'] ?? 'text/plain');
    }
    this.response.writeHead(status, list);
    this.response.on('drain', this.onDrain);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.response.end();
    this.finish();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.response.headersSent) this.response.destroy();
    else if (!this.response.destroyed) this.answerError(error);
    this.finish();
  }

  private answerError(error: Error): void {
    const timedOut =
      error instanceof errors.HeadersTimeoutError ||
      error instanceof errors.BodyTimeoutError ||
      error instanceof errors.ConnectTimeoutError;
    if (timedOut) refuse(this.response, 504, `${this.name} did not answer in time.`);
    else refuse(this.response, 502, `Can't reach service for: ${this.name}. ${error.message}`);
  }

  private finish(): void {
    this.response.off('close', this.onClientGone);
    this.response.off('drain', this.onDrain);
    this.done();
  }
}

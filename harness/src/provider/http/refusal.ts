import type { ServerResponse } from 'node:http';

/** Answers a caller in the function's place; the header is what the gateway's users expect on such answers. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain', 'X-OpenFaaS-Internal': 'proxy' });
  response.end(`${message}\n`);
}

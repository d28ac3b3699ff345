import { createHash } from 'node:crypto';
import { RunInvalidError } from '../errors.js';
import { deployFunction, removeFunction } from '../openfaas/faas-cli.js';
import { functionPath, invokeOnce } from '../openfaas/gateway-client.js';
import { waitReady } from '../openfaas/wait-ready.js';
import { quote } from '../openfaas/gateway-request.js';
import { type GatewayAccess } from '../openfaas/gateway-access.js';
import { type FunctionDescription } from '../openfaas/stack-file.js';
import { type Talk } from './bench-options.js';
import { resolvePayload, type Payload } from './payload.js';

const READY_SECONDS = 15;

/** What this run deployed; it removes no more than that. */
export class Deployment {
  private readonly payloads = new Map<string, Payload>();

  constructor(
    private readonly gateway: GatewayAccess,
    private readonly stackFile: string,
    private readonly talk: Talk,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Deploys by faas-cli, waits until it is ready, and calls it once with the payload of the run.
   * @throws TargetError where it does not get ready, RunInvalidError where it refuses the payload
   */
  async deploy(description: FunctionDescription, payloadFile?: string): Promise<void> {
    const { name } = description;
    const payload = await resolvePayload(description, payloadFile);
    this.payloads.set(name, payload);
    this.talk.say(`Deploying ${name}`);
    await deployFunction({
      gateway: this.gateway,
      stackFile: this.stackFile,
      functionName: name,
      signal: this.signal,
    });
    await waitReady(this.gateway, name, READY_SECONDS, this.signal);
    const answer = await invokeOnce(this.gateway, name, payload, { signal: this.signal });
    if (answer.status < 200 || answer.status > 299) {
      throw new RunInvalidError(
        'PAYLOAD_REFUSED',
        `${name} answers ${answer.status} to its payload (${payload.file}): ${quote(answer.body)}`,
        'Give a payload it takes with --payload FILE.',
      );
    }
  }

  urlOf(name: string): string {
    return `${this.gateway.url}${functionPath(name)}`;
  }

  payloadOf(name: string): Payload {
    return this.payloads.get(name)!;
  }

  /** What was sent to each function, for runs to be compared. */
  payloadHashes(): Record<string, string> {
    const hash = ({ body }: Payload) => createHash('sha256').update(body).digest('hex');
    return Object.fromEntries([...this.payloads].map(([name, payload]) => [name, hash(payload)]));
  }

  async removeAll(): Promise<void> {
    for (const functionName of this.payloads.keys()) {
      await removeFunction({ gateway: this.gateway, functionName });
    }
  }
}

import { createHash } from 'node:crypto';
import { RunInvalidError } from '../errors.js';
import { deployFunction, removeFunction } from '../openfaas/faas-cli.js';
import { functionPath, invokeOnce } from '../openfaas/gateway-client.js';
import { deployedFunction, putBack, type DeployedFunction } from '../openfaas/deployed-function.js';
import { waitReady } from '../openfaas/wait-ready.js';
import { quote } from '../openfaas/gateway-request.js';
import type { FunctionDescription } from '../openfaas/stack-file.js';
import { REPLACED_LABEL, type OpenTarget } from '../targets/target.js';
import type { Talk } from './bench-options.js';
import { resolvePayload, type Payload } from './payload.js';

const READY_SECONDS = 15;

/** What this run deployed; it removes no more than that, and puts back what was there. */
export class Deployment {
  private readonly payloads = new Map<string, Payload>();
  /** What was there before under the same name. */
  private readonly replaced = new Map<string, DeployedFunction>();

  constructor(
    private readonly target: OpenTarget,
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
    const { gateway, placement } = this.target;
    const before = await deployedFunction(gateway, name, this.signal);
    if (before) this.replaced.set(name, before);
    this.payloads.set(name, payload);
    this.talk.say(
      `Deploying ${name}${before ? ', in place of what is deployed by that name' : ''}`,
    );
    await deployFunction({
      gateway,
      stackFile: this.stackFile,
      functionName: name,
      constraints: placement.constraints,
      labels: { ...placement.labels, ...(before ? { [REPLACED_LABEL]: 'true' } : {}) },
      signal: this.signal,
    });
    for (const line of await this.target.place(name, this.signal)) this.talk.say(`  ${line}`);
    await waitReady(gateway, name, READY_SECONDS, this.signal);
    const answer = await invokeOnce(gateway, name, payload, { signal: this.signal });
    if (answer.status < 200 || answer.status > 299) {
      throw new RunInvalidError(
        'PAYLOAD_REFUSED',
        `${name} answers ${answer.status} to its payload (${payload.file}): ${quote(answer.body)}`,
        'Give a payload it takes with --payload FILE.',
      );
    }
  }

  urlOf(name: string): string {
    return `${this.target.gateway.url}${functionPath(name)}`;
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
    const { gateway } = this.target;
    for (const functionName of this.payloads.keys()) {
      const before = this.replaced.get(functionName);
      const undo = before ? putBack(gateway, before) : removeFunction({ gateway, functionName });
      await undo.catch((error: Error) => this.talk.say(`${functionName} stays: ${error.message}`));
    }
  }
}

import type { TargetError } from '../errors.js';
import type { GatewayAccess } from '../openfaas/gateway-access.js';
import { listFunctions } from '../openfaas/gateway-client.js';
import { ONE_NODE } from './one-node.js';
import type { Check, OpenTarget, Target } from './target.js';

const NEVER = new Promise<TargetError>(() => undefined);

/** An OpenFaaS gateway that runs already, whatever stands behind it. */
export class GatewayTarget implements Target {
  readonly onThisMachine = false;
  readonly metered = false;
  readonly drivesLoad = false;

  /**
   * @param node - the node functions run on, as the meters file names it
   */
  constructor(
    readonly name: string,
    private readonly gateway: GatewayAccess,
    private readonly node: string,
  ) {}

  async check(): Promise<Check[]> {
    try {
      const deployed = await listFunctions(this.gateway);
      return [
        { name: 'gateway', ok: true, detail: `${this.gateway.url}, ${deployed.length} functions` },
      ];
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      return [{ name: 'gateway', ok: false, detail: message, ...(hint ? { hint } : {}) }];
    }
  }

  async open(): Promise<OpenTarget> {
    await listFunctions(this.gateway);
    const { gateway, node } = this;
    return {
      ...ONE_NODE,
      gateway,
      nodes: [node],
      locate: () => Promise.resolve(() => node),
      readCpu: () => Promise.resolve([]),
      died: NEVER,
      close: () => Promise.resolve(),
    };
  }
}

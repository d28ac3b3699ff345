import { ApiError } from '../backend.js';

const KEY =
  /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;
/** They would be labels' names here, which no node has. */
const SWARM = /^(?:node\.(?:id|hostname|role|platform\.|labels\.)|engine\.labels\.)/;

/** The nodes' labels that constraints ask for: `kubernetes.io/hostname=worker2`. @throws ApiError 400 for any other */
export function nodeSelectorOf(constraints: readonly string[]): Record<string, string> {
  const selector: Record<string, string> = {};
  for (const constraint of constraints) {
    const refuse = (why: string): never => {
      throw new ApiError(400, `constraint '${constraint}' can't be honoured: ${why}`);
    };
    const [, key = '', value = ''] = /^\s*([^=!\s]+)\s*==?\s*([^=\s]*)\s*$/.exec(constraint) ?? [];
    if (!KEY.test(key) || !VALUE.test(value))
      refuse('it must be LABEL=VALUE, a label of nodes such as kubernetes.io/hostname=worker2');
    if (SWARM.test(key)) refuse(`${key} is Docker Swarm's; Kubernetes has kubernetes.io/hostname`);
    if (key in selector && selector[key] !== value)
      refuse(`no node has ${key}=${selector[key]} as well`);
    selector[key] = value;
  }
  return selector;
}

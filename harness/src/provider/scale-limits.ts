import type { FunctionDeployment } from './backend.js';

/**
 * How many replicas a function may have, from its `com.openfaas.scale.*` labels: 1 to `most` where they say nothing,
 * or nothing that makes sense. It starts with `min`, which may be 0.
 */
export function scaleLimits(
  { labels = {} }: Pick<FunctionDeployment, 'labels'>,
  most: number,
): { min: number; max: number } {
  const number = (name: string, otherwise: number) => {
    const value = Number(labels[`com.openfaas.scale.${name}`]);
    return Number.isInteger(value) && value >= 0 ? Math.min(value, most) : otherwise;
  };
  const min = number('min', 1);
  return { min, max: Math.max(min, number('max', most), 1) };
}

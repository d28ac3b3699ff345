import type { OpenTarget } from './target.js';

/** What a target with one node need not care for. */
export const ONE_NODE: Pick<OpenTarget, 'notes' | 'placement' | 'place'> = {
  notes: [],
  placement: { constraints: [], labels: {} },
  place: () => Promise.resolve([]),
};

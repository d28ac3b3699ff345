import { parentPort } from 'node:worker_threads';
import { assessClass } from '../lab/accuracy.js';
import { findScenario } from '../lab/scenarios.js';
import type { LabTask } from './assess-classes.js';

parentPort!.on('message', ({ name, seeds }: LabTask) => {
  parentPort!.postMessage(assessClass(findScenario(name), seeds));
});

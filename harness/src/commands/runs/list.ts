import { join } from 'node:path';
import { BaseCommand } from '../../cli/base-command.js';
import { outFlag } from '../../cli/run-flags.js';
import { readManifest, runNames } from '../../run/read-run.js';

interface ListedRun {
  run: string;
  state: string;
  functions: string[];
  simulated: boolean;
}

export default class RunsList extends BaseCommand {
  static override summary = 'list the runs that were measured';
  static override examples = ['<%= config.bin %> runs list', '<%= config.bin %> runs list --json'];
  static override flags = { out: outFlag };

  async run(): Promise<{ runs: ListedRun[] }> {
    const { flags } = await this.parse(RunsList);
    const runs: ListedRun[] = [];
    for (const name of await runNames(flags.out)) runs.push(await describe(flags.out, name));
    for (const { run, state, simulated } of runs) {
      this.log(`${run}  ${state}${simulated ? '  simulated' : ''}`);
    }
    if (runs.length === 0) this.logToStderr(`There are no runs in ${flags.out}.`);
    return { runs };
  }
}

/** A damaged run is listed as such: one bad folder must not hide the others. */
async function describe(out: string, name: string): Promise<ListedRun> {
  try {
    const { state, plan, simulated } = await readManifest(join(out, name));
    return { run: name, state, functions: plan.functions, simulated };
  } catch (error) {
    const { code = 'RUN_DAMAGED' } = error as { code?: string };
    const state = code === 'RUN_NEWER' ? 'of a newer version' : 'damaged';
    return { run: name, state, functions: [], simulated: false };
  }
}

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { constants, createGunzip, createGzip } from 'node:zlib';
import { followK6, K6_ENVIRONMENT, k6Arguments, writeScript } from '../../../load/follow-k6.js';
import { type K6Options, REQUESTS_FILE } from '../../../load/k6-options.js';
import type { K6Event } from '../../../load/k6-output.js';
import { CONFIG_FILE, K6_SCRIPT, SCRIPT_FILE, SUMMARY_FILE } from '../../../load/k6-script.js';
import { shiftRows } from '../../../load/shift-rows.js';
import { asPodsSee, byOurClock, microsecondsToOurs, type PodPlace } from './pod-place.js';
import type { PodShell } from './pod-shell.js';

/** Between the last signal and the end of a connection that tells of no end. */
const KILLED_MS = 5000;

const LIVE_FILE = 'live.env';
/** k6 in a folder ($1) with arguments: it is told to end when the connection is cut. */
const RUN_SCRIPT = `cd "$1" || exit
shift
exec 3<&0
(cat <&3; kill -TERM $$) >/dev/null 2>&1 &
exec 3<&- </dev/null
echo $$ >pid
if [ -e ${LIVE_FILE} ]; then . ./${LIVE_FILE}; fi
exec env ${assignments(K6_ENVIRONMENT)} k6 "$@"`;
const KILL_SCRIPT = 'kill "-$2" "$(cat "$1/pid")"';

/** k6 in a pod, one after the other. */
export class K6InPod {
  private runs = 0;
  private readonly sent = new Set<string>();

  constructor(
    private readonly shell: PodShell,
    private readonly place: PodPlace,
  ) {}

  /**
   * As `RunK6`.
   * @throws LoadError (`LOAD_CONNECTION_LOST`, `LOAD_FILE_BROKEN` ... besides those of a k6 that is near), KubernetesError,
   * TargetError, or the signal's reason
   */
  async run(options: K6Options): Promise<void> {
    await writeScript(options);
    const folder = `${this.place.folder}/${++this.runs}`;
    await this.send(options, folder);
    try {
      await this.follow(options, folder);
    } catch (error) {
      // Of a k6 that was stopped, too, there are rows to be read.
      await this.fetch(options, folder).catch(() => undefined);
      throw error;
    }
    await this.fetch(options, folder);
  }

  private async follow(options: K6Options, folder: string): Promise<void> {
    const process = await this.shell.start(RUN_SCRIPT, folder, ...k6Arguments(options));
    const kill = (signal: 'SIGINT' | 'SIGKILL') => {
      void this.shell.run(KILL_SCRIPT, folder, signal.slice(3)).catch(() => undefined);
      if (signal === 'SIGKILL') setTimeout(() => process.cut(), KILLED_MS).unref();
    };
    const onEvent = (event: K6Event) => options.onEvent?.(byOurClock(event, this.place));
    await followK6({ ...process, kill }, { ...options, onEvent });
  }

  /** Script and configuration as the pod sees gateway and payloads; each payload once. */
  private async send({ config, live }: K6Options, folder: string): Promise<void> {
    const { calls: asSeen } = asPodsSee(config, this.place);
    const calls = Object.entries(asSeen).map(async ([scenario, call]) => {
      const payload_file = call.payload_file && (await this.sendPayload(call.payload_file));
      return [scenario, { ...call, payload_file }] as const;
    });
    const own = { ...config, calls: Object.fromEntries(await Promise.all(calls)) };
    const file = (name: string, text: string) => ({
      path: `${folder}/${name}`,
      content: Buffer.from(text),
    });
    await this.shell.run('mkdir -p "$1"', folder);
    await this.shell.put([
      file(SCRIPT_FILE, K6_SCRIPT),
      file(CONFIG_FILE, JSON.stringify(own)),
      // By a file: arguments of a command can be read in the cluster's audit log.
      ...(live ? [file(LIVE_FILE, `export ${assignments(live.environment)}\n`)] : []),
    ]);
  }

  /** @returns where it is in the pod */
  private async sendPayload(file: string): Promise<string> {
    const content = await readFile(file);
    const path = `${this.place.folder}/payload-${createHash('sha256').update(content).digest('hex')}`;
    if (!this.sent.has(path)) await this.shell.put([{ path, content }]);
    this.sent.add(path);
    return path;
  }

  private async fetch({ directory, rows }: K6Options, folder: string): Promise<void> {
    const to = (name: string) => () => createWriteStream(join(directory, name));
    await this.shell.fetch(`${folder}/${SUMMARY_FILE}`, to(SUMMARY_FILE));
    if (rows) {
      await this.shell.fetch(`${folder}/${REQUESTS_FILE}`, to(REQUESTS_FILE), () => [
        // k6 that was killed leaves an archive without an end.
        createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
        shiftRows(microsecondsToOurs(this.place)),
        createGzip(),
      ]);
    }
    await this.shell.run('rm -rf "$1"', folder);
  }
}

/** As sh has them. */
function assignments(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'`)
    .join(' ');
}

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../bin/power-exporter.js');

export interface RunningExporter {
  child: ChildProcess;
  url: string;
  /** The meters file. */
  file: string;
  stderr: () => string;
  ended: Promise<{ code: number | null; stderr: string }>;
}

/** The exporter as a process; for tests. Resolves with what it said where it ends before it listens. */
export async function startExporter(
  metersYaml: string | undefined,
  address = '127.0.0.1:0',
  {
    args = [],
    env = {},
    node = [process.execPath],
    program = PROGRAM,
  }: { args?: string[]; env?: Record<string, string>; node?: string[]; program?: string } = {},
): Promise<RunningExporter | { code: number | null; stderr: string }> {
  const file = join(mkdtempSync(join(tmpdir(), 'exporter-')), 'meters.yaml');
  const config = metersYaml === undefined ? [] : ['--config.file', file];
  writeFileSync(file, metersYaml ?? '');
  const child = spawn(
    node[0]!,
    [...node.slice(1), program, ...config, '--web.listen-address', address, ...args],
    { env: { ...process.env, ...env } },
  );
  let stderr = '';
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }));
  });
  const listening = new Promise<string>((resolve) => {
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
      const found = /msg="Listening on" address=(\S+)/.exec(stderr)?.[1];
      if (found) resolve(`http://${found}`);
    });
  });
  const first = await Promise.race([listening, ended]);
  return typeof first === 'string'
    ? { child, url: first, file, stderr: () => stderr, ended }
    : first;
}

export function metersYaml(port: number): string {
  return `meters:\n  - name: lab\n    address: 127.0.0.1:${port}\n    channels:\n      1: { node: jetson-nano }\n`;
}

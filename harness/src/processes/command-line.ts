import { existsSync } from 'node:fs';

const SETPRIV_PATHS = ['/usr/bin/setpriv', '/bin/setpriv'];

export interface Confinement {
  /** Directory of a cgroup that the command joins before it starts; its children inherit it. */
  cgroup?: string;
  /** What it gets when its parent is gone; TERM where not given. */
  deathSignal?: 'TERM' | 'KILL';
}

/**
 * The command line that starts `command` so that it ends when its parent does, even when the parent is
 * killed: setpriv (util-linux) sets the parent-death signal. Without setpriv the command runs bare.
 */
export function tiedToParent(
  command: string,
  args: readonly string[],
  { cgroup, deathSignal = 'TERM' }: Confinement = {},
): [string, string[]] {
  let line = [command, ...args];
  if (cgroup) {
    line = ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', `${cgroup}/cgroup.procs`, ...line];
  }
  const setpriv = SETPRIV_PATHS.find((path) => existsSync(path));
  if (setpriv) line = [setpriv, '--pdeathsig', deathSignal, '--', ...line];
  return [line[0]!, line.slice(1)];
}

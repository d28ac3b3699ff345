import { LOAD_FOLDER } from './load-pod.js';

/** Before the exit code of k6, in a line that the holder prints when all of its files are whole. */
export const ENDED_MARK = 'power-harness k6 ended with ';

/** Long enough to fetch the rows of hours; then a runner whose bench was killed goes by itself. */
const HELD_SECONDS = 900;

/**
 * What a runner of k6-operator runs for k6: the operator's `k6 run ...` finds it on PATH before the real one. A
 * container's files are gone with its process, and with --linger k6 ends its archive and writes its summary only when it
 * is told to end: so the real k6 ends as usual, and this stays until its files were fetched. It ends at once when
 * told to, and k6 with it.
 */
export const K6_HOLDER = `#!/bin/sh
PATH=\${PATH#*:}
[ "$1" = run ] || exec k6 "$@"
cd "\${LOAD_FOLDER:-${LOAD_FOLDER}}" || exit 1
trap 'kill $! 2>/dev/null; exit 143' TERM INT
k6 "$@" &
wait $!
code=$?
echo "${ENDED_MARK}$code"
sleep ${HELD_SECONDS} &
wait $!
exit $code
`;

/** The end of a runner's k6. @returns its exit code, or undefined where the line is another */
export function parseEnded(line: string): number | undefined {
  return line.startsWith(ENDED_MARK) ? Number(line.slice(ENDED_MARK.length)) : undefined;
}

import { PassThrough, type Readable } from 'node:stream';
import type { V1Status } from '@kubernetes/client-node';
import { LoadError } from '../../../errors.js';
import type { ExecSocket, KubernetesApi } from '../kubernetes-api.js';

const PING_MS = 5000;
/** A connection that says nothing for so long, pings unanswered, is lost. */
const SILENCE_MS = 20_000;

/** A container that commands are run in. */
export interface Container {
  namespace: string;
  pod: string;
  container: string;
}

/** A command under way in a container. */
export interface PodProcess {
  stdout: Readable;
  stderr: Readable;
  stdin: PassThrough;
  /** Its exit code, or how it ended without one; rejects (`LOAD_CONNECTION_LOST`) where that can't be known any more. */
  ended: Promise<{ exitCode?: number; how?: string }>;
  /** Cuts the connection. */
  cut(): void;
}

/**
 * Starts a command in a container. It gets the end of its stdin when the connection is cut.
 * @throws KubernetesError, TargetError
 */
export async function startInPod(
  api: KubernetesApi,
  { namespace, pod, container }: Container,
  command: readonly string[],
): Promise<PodProcess> {
  const streams = {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    stdin: new PassThrough(),
  };
  let status: V1Status | undefined;
  const socket = await api.exec({ namespace, pod, container, command, ...streams }, (said) => {
    status = said;
  });
  const watch = watchFor(socket);
  const ended = new Promise<{ exitCode?: number; how?: string }>((resolve, reject) => {
    socket.on('close', () => {
      clearInterval(watch);
      for (const stream of [streams.stdout, streams.stderr]) stream.end();
      if (status) resolve(endOf(status));
      else
        reject(
          new LoadError(
            'LOAD_CONNECTION_LOST',
            `The connection to the pod ${pod} was lost.`,
            `kubectl -n ${namespace} get pod ${pod} tells whether it is still there.`,
          ),
        );
    });
  });
  ended.catch(() => undefined); // whoever waits for it gets it
  return { ...streams, ended, cut: () => socket.terminate() };
}

/** Cuts a connection that is dead. */
function watchFor(socket: ExecSocket): NodeJS.Timeout {
  let heardMs = performance.now();
  for (const event of ['pong', 'message'] as const)
    socket.on(event, () => (heardMs = performance.now()));
  return setInterval(() => {
    if (performance.now() - heardMs > SILENCE_MS) socket.terminate();
    else socket.ping();
  }, PING_MS);
}

/** Kubernetes tells an exit code as the cause of a failure. */
function endOf({ status, message = '', details }: V1Status): { exitCode?: number; how?: string } {
  if (status === 'Success') return { exitCode: 0 };
  const cause = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return cause === undefined ? { how: message } : { exitCode: Number(cause) };
}

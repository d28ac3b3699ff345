import { unwatchFile, watchFile } from 'node:fs';

/** Asked for so often: notifications do not tell of the links that a Kubernetes ConfigMap is made of. */
const EVERY_MS = 5000;

/** Calls back when one of the files has changed, or what it is a link to. @returns what ends it */
export function watchFiles(files: readonly string[], changed: () => void): () => void {
  for (const file of files) watchFile(file, { interval: EVERY_MS, persistent: false }, changed);
  return () => files.forEach((file) => unwatchFile(file, changed));
}

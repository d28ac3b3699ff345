import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Credentials {
  user: string;
  password: string;
}

/** Reads `basic-auth-user` and `basic-auth-password`, as OpenFaaS keeps them. @throws the file system's error */
export function readCredentials(directory: string): Credentials {
  const read = (name: string) => readFileSync(join(directory, name), 'utf8').trim();
  return { user: read('basic-auth-user'), password: read('basic-auth-password') };
}

/** Whether an Authorization header is the right one; its time does not tell how far it was right. */
export function isAuthorized(header: string | undefined, { user, password }: Credentials): boolean {
  const given = /^Basic (.*)$/i.exec(header ?? '')?.[1] ?? '';
  const expected = Buffer.from(`${user}:${password}`).toString('base64');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

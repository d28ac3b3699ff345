import { createHash } from 'node:crypto';

/** Passwords that were right are remembered: bcrypt takes long on purpose, and a scrape comes every second. */
const MOST_REMEMBERED = 100;
/** Somebody unknown takes as long as somebody known: the hash of nothing anyone knows, of the usual cost. */
const NOBODY = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8eC8h9x0mGxMvzYl9Uq1n1zZcVb1hC';

/** Checks `Authorization: Basic` against bcrypt hashes by user. */
export class BasicAuth {
  private readonly right = new Set<string>();

  async permits(
    authorization: string | undefined,
    users: ReadonlyMap<string, string>,
  ): Promise<boolean> {
    if (users.size === 0) return true;
    const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
    if (encoded === undefined) return false;
    const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const password = rest.join(':');
    const hash = users.get(user);
    const key = createHash('sha256').update(`${user}\0${hash}\0${password}`).digest('hex');
    if (hash !== undefined && this.right.has(key)) return true;
    const { compare } = await import('bcryptjs'); // most exporters have no passwords
    const equal = await compare(password, hash ?? NOBODY);
    if (!equal || hash === undefined) return false;
    if (this.right.size >= MOST_REMEMBERED) this.right.clear();
    this.right.add(key);
    return true;
  }
}

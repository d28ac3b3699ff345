import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type SecretStore } from '../backend.js';

/** Secrets in memory; a function sees its own as files that only this user can read. */
export class SecretFiles implements SecretStore {
  private readonly values = new Map<string, Buffer>();
  private readonly root = mkdtempSync(join(tmpdir(), 'power-harness-secrets-'));

  constructor() {
    chmodSync(this.root, 0o700);
  }

  names(): Promise<string[]> {
    return Promise.resolve([...this.values.keys()].sort());
  }

  create(name: string, value: Buffer): Promise<void> {
    if (this.values.has(name)) throw new ApiError(409, `secret ${name} is there already`);
    this.values.set(name, value);
    return Promise.resolve();
  }

  update(name: string, value: Buffer): Promise<void> {
    this.require(name);
    this.values.set(name, value);
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.require(name);
    this.values.delete(name);
    return Promise.resolve();
  }

  /** @throws ApiError 400 where one is not there */
  requireAll(names: readonly string[]): void {
    const missing = names.filter((name) => !this.values.has(name));
    if (missing.length > 0) throw new ApiError(400, `unknown secret: ${missing.join(', ')}`);
  }

  /** Writes a function's secrets; gives the folder. */
  mount(functionName: string, names: readonly string[]): string {
    const folder = join(this.root, functionName);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    for (const name of names) {
      writeFileSync(join(folder, name), this.values.get(name) ?? Buffer.alloc(0), { mode: 0o600 });
    }
    return folder;
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private require(name: string): void {
    if (!this.values.has(name)) throw new ApiError(404, `there is no secret ${name}`);
  }
}

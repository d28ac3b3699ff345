type Level = 'info' | 'warn' | 'error';

/** A line of logfmt on stderr. */
export function log(level: Level, msg: string, fields: Record<string, string | number> = {}): void {
  const pairs = Object.entries({ level, msg, ...fields }).map(
    ([key, value]) => `${key}=${quoted(value)}`,
  );
  process.stderr.write(`${pairs.join(' ')}\n`);
}

function quoted(value: string | number): string {
  const text = String(value);
  return text === '' || /[\s="]/.test(text) ? JSON.stringify(text) : text;
}

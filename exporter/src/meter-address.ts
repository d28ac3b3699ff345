export const DEFAULT_METER_PORT = 10_000;

/**
 * `HOST`, `HOST:PORT` or `[IPV6]:PORT`, as in a meters file.
 * @returns undefined where it is none
 */
export function parseMeterAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.%\w]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  if (!host) return undefined;
  const port = match?.[3] === undefined ? DEFAULT_METER_PORT : Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServeProcess, startServe } from './runtime/serve-process.js';

type Answer = Record<string, unknown>;

const JSON_TYPE = 'application/json';
let running: ServeProcess | undefined;

function serving(name: string): void {
  beforeAll(async () => {
    running = await startServe(`dist/${name}/handler.js`);
  });
  afterAll(async () => {
    running!.child.kill('SIGTERM');
    expect(await running!.ended).toBe(0);
  });
}

async function invoke(body: string | Buffer, type = JSON_TYPE): Promise<[number, Answer]> {
  const response = await fetch(running!.url, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  return [response.status, (await response.json()) as Answer];
}

const payloadOf = (name: string) => readFileSync(new URL(`${name}/payload.json`, import.meta.url));

/** Each body is refused with a message that names what was wrong, and the next good one is served. */
function refuses(name: string, cases: [body: string, message: string][]): void {
  test.each(cases)('refuses %j', async (body, message) => {
    const [status, answer] = await invoke(body);
    expect([status, answer['error']]).toEqual([400, expect.stringContaining(message)]);
    expect((await invoke(payloadOf(name)))[0]).toBe(200);
  });
}

describe('analyze-sentence', () => {
  serving('analyze-sentence');

  test('tokens with their parts of speech', async () => {
    const sentence = 'The dog quickly eats 3 apples.';
    const [status, answer] = await invoke(JSON.stringify({ sentence }));

    expect(status).toBe(200);
    expect(answer['sentence']).toBe(sentence);
    const tokens = answer['tokens'] as { text: string; part_of_speech: string }[];
    expect(tokens.map(({ text, part_of_speech: tag }) => `${text}/${tag}`).join(' ')).toBe(
      'The/DET dog/NOUN quickly/ADV eats/VERB 3/NUM apples/NOUN ./PUNCT',
    );
  });

  test('its own payload', async () => {
    const [status, answer] = await invoke(payloadOf('analyze-sentence'));
    expect(status).toBe(200);
    expect(answer['tokens']).toHaveLength(23);
  });

  refuses('analyze-sentence', [
    ['', '"sentence" must be a text'],
    ['{"sentence": 5}', '"sentence" must be a text'],
    ['{"sentence": " "}', 'not empty'],
    ['{"sentence"', 'not JSON'],
    ['["a"]', 'JSON object'],
    ['null', 'JSON object'],
    [JSON.stringify({ sentence: 'a'.repeat(10_001) }), 'at most 10000 characters'],
  ]);
});

describe('matrix-multiply', () => {
  serving('matrix-multiply');

  test('the same seed gives the same checksum, another seed another', async () => {
    const sum = async (seed: number) =>
      (await invoke(JSON.stringify({ size: 50, seed })))[1]['checksum'];
    const first = await sum(1);
    expect(await sum(1)).toBe(first);
    expect(await sum(2)).not.toBe(first);
    // Each value of the product is a sum of 50 products of two independent means of 1/2.
    expect(Number(first) / 50 ** 3).toBeCloseTo(0.25, 1);
  });

  test('its own payload is the default', async () => {
    expect(await invoke(payloadOf('matrix-multiply'))).toEqual(await invoke(''));
  });

  refuses('matrix-multiply', [
    ['{"size": 0}', '"size" must be an integer from 1 to 1024'],
    ['{"size": 1025}', '"size"'],
    ['{"size": 1.5}', '"size"'],
    ['{"size": "9"}', '"size"'],
    ['{"seed": -1}', '"seed"'],
    ['{"size": null}', '"size"'],
    ['no', 'not JSON'],
  ]);
});

describe('compress', () => {
  serving('compress');

  test('the bytes it is sent', async () => {
    const body = Buffer.alloc(100_000, 'abc');
    const [status, answer] = await invoke(body, 'application/octet-stream');

    expect(status).toBe(200);
    expect(answer['bytes']).toBe(100_000);
    expect(answer['compressed_bytes']).toBeLessThan(2000);
    expect(answer['sha256']).toBe(createHash('sha256').update(body).digest('hex'));
  });

  test('a text it makes, the same each time', async () => {
    const [status, answer] = await invoke('{"bytes": 10001}');
    expect([status, answer['bytes']]).toEqual([200, 10_001]);
    expect((await invoke('{"bytes": 10001}'))[1]).toEqual(answer);
    expect((await invoke(payloadOf('compress')))[1]).toMatchObject({ bytes: 262_144 });
  });

  test('no bytes at all', async () => {
    expect(await invoke('', 'application/octet-stream')).toEqual([
      400,
      { error: expect.stringContaining('Send bytes') as string },
    ]);
  });

  refuses('compress', [
    ['{"bytes": 0}', '"bytes" must be an integer from 1 to 16777216'],
    ['{"bytes": 1e12}', '"bytes"'],
    ['{"bytes": "all"}', '"bytes"'],
    ['{', 'not JSON'],
  ]);
});

describe('sleep', () => {
  serving('sleep');

  test('waits as long as asked, many at once', async () => {
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 5 }, () => invoke('{"seconds": 0.3}')));
    const seconds = (performance.now() - started) / 1000;

    expect(answers).toEqual(Array(5).fill([200, { seconds: 0.3 }]));
    expect(seconds).toBeGreaterThanOrEqual(0.295);
    expect(seconds).toBeLessThan(1.2);
  });

  test('its own payload is the default', async () => {
    expect(await invoke(payloadOf('sleep'))).toEqual([200, { seconds: 0.05 }]);
    expect(await invoke('')).toEqual([200, { seconds: 0.05 }]);
  });

  refuses('sleep', [
    ['{"seconds": -1}', '"seconds" must be a number from 0 to 60'],
    ['{"seconds": 61}', '"seconds"'],
    ['{"seconds": "long"}', '"seconds"'],
    ['5', 'JSON object'],
  ]);
});

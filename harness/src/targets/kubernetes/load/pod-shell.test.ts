import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LocalShell } from './local-shell.js';

test("an answer that the command's end overtook is asked for again", async () => {
  const local = new LocalShell();
  const { shell, folder } = local;
  expect(await shell.ask('echo whole')).toBe('whole');
  const content = Buffer.from('content');
  local.loseAnswers = 1;
  await shell.put([{ path: 'file', content }]);
  expect(readFileSync(join(folder, 'file'))).toEqual(content);
  local.loseAnswers = 1;
  const fetched = join(folder, 'fetched');
  expect(await shell.fetch('file', () => createWriteStream(fetched))).toBe(true);
  expect(readFileSync(fetched)).toEqual(content);
  local.loseAnswers = 3;
  await expect(shell.ask('echo whole')).rejects.toMatchObject({ code: 'LOAD_ANSWER_LOST' });
});

import { expect, test } from 'vitest';
import { Database } from './database.js';

test('columns come whole, or not at all', async () => {
  await Database.with(async (database) => {
    const sql = 'SELECT CAST(range AS DOUBLE) FROM range(5000)';
    const [column] = await database.columns(sql, 1, 5000);
    expect([column!.length, column![0], column![4999]]).toEqual([5000, 0, 4999]);
    await expect(database.columns(sql, 1, 5001)).rejects.toThrow('5000 of 5001 rows');
  });
});

import { expect, test } from 'vitest';
import { Database } from './database.js';

test('columns come whole, or not at all', async () => {
  await Database.with(async (database) => {
    const sql = 'SELECT CAST(range AS DOUBLE), CAST(range AS USMALLINT) FROM range(5000)';
    const [doubles, shorts] = await database.columns(sql, ['DOUBLE', 'USMALLINT'], 5000);
    expect([doubles.length, doubles[0], doubles[4999]]).toEqual([5000, 0, 4999]);
    expect([shorts.length, shorts[0], shorts[4999]]).toEqual([5000, 0, 4999]);
    for (const count of [4999, 5001]) {
      await expect(database.columns(sql, ['DOUBLE', 'USMALLINT'], count)).rejects.toThrow(
        `5000 of ${count} rows`,
      );
    }
    await expect(database.columns('SELECT 1::INTEGER', ['DOUBLE'], 1)).rejects.toThrow(
      'A column came as DuckDBIntegerVector',
    );
  });
});

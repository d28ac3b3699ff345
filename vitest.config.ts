import { defineConfig } from 'vitest/config';

const long = process.env['POWER_HARNESS_TESTS'] === 'long';

export default defineConfig({
  test: {
    include: [`{proto,exporter,functions,harness,scripts}/**/*.${long ? 'long.' : ''}test.ts`],
    exclude: ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])],
    testTimeout: long ? 600_000 : 30_000,
    hookTimeout: 60_000,
    // Tests that measure energy must not run beside others that keep both cores busy: they are
    // named *.e2e.test.ts and scripts/test.mjs runs them alone, one file at a time.
    pool: 'forks',
    maxWorkers: 2,
  },
});

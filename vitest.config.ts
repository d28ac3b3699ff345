import { defineConfig } from 'vitest/config';

/** `long` and `cluster` tests take longer, or a container engine: npm run test:long, npm run test:cluster. */
const kind = process.env['POWER_HARNESS_TESTS'] ?? '';

export default defineConfig({
  test: {
    include: [
      `{proto,exporter,functions,harness,kind,grafana,scripts}/**/*.${kind && `${kind}.`}test.ts`,
    ],
    exclude: ['**/node_modules/**', '**/dist/**', ...(kind ? [] : ['**/*.{long,cluster}.test.ts'])],
    testTimeout: kind ? 600_000 : 30_000,
    hookTimeout: 60_000,
    // These measure energy, or wait for a cluster, on a machine that may be busy: what fails twice is wrong.
    retry: kind ? 1 : 0,
    // Tests that measure energy must not run beside others that keep both cores busy: they are
    // named *.e2e.test.ts and scripts/test.mjs runs them alone, one file at a time.
    pool: 'forks',
    maxWorkers: 2,
  },
});

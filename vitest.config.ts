import { defineConfig } from 'vitest/config';

/** Telemetry is switched on for a whole process: these want one of their own. */
const apart = ['test/telemetry*.test.ts', 'test/core/telemetry*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // More than two cores: the longest tests wait for processes of their own.
    maxWorkers: 4,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      // Nothing here replaces modules or leaves anything in them, and loading the SDKs anew for each file would take a third of the time.
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: apart, isolate: false } },
      { extends: true, test: { name: 'apart', include: apart } },
    ],
  },
});

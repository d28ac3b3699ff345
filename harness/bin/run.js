#!/usr/bin/env node
import { execute } from '@oclif/core';

// The plugin that names the nearest command ends with a shell's 127; ours for wrong usage is 2.
const NOT_FOUND = 127;
const USAGE = 2;
process.on('exit', (code) => {
  if (code === NOT_FOUND) process.exitCode = USAGE;
});

await execute({ dir: import.meta.url });

import { findProgram, type ProgramName } from '../tools/program.js';

/** Why tests that drive these programs are skipped; undefined where all are there. For tests. */
export function findProgramOrSkip(...names: ProgramName[]): string | undefined {
  const missing = names.filter((name) => {
    try {
      findProgram(name);
      return false;
    } catch {
      return true;
    }
  });
  return missing.length > 0
    ? ` (skipped: ${missing.join(', ')} missing, ./bootstrap builds it)`
    : undefined;
}

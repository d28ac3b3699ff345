// What the firmware's core takes: code, static memory and stack of each component, and the instructions of a sensor
// cycle. Compiled for 32-bit x86 with -Os, the nearest to an ESP32 that is at hand; the ESP32's own figures differ.
//   node firmware/footprint/footprint.mjs     exits with 1 when a budget is exceeded
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Both sensors' cycles are 4.3 ms apart, 1.03 million clock cycles of an ESP32 at 240 MHz: a hundredth for both. */
const CYCLE_BUDGET = 5_000;
/** A thousandth of a core. */
const DISPLAY_BUDGET_PER_SECOND = 240_000;
/** The sampler's task has 4096 bytes of stack (main/sampler.c), for ESP-IDF's driver too. */
const STACK_BUDGET = 1024;

const firmware = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'footprint-'));
const missing = ['gcc', 'size', 'valgrind'].filter(
  (program) => spawnSync(program, ['--version']).error,
);
if (missing.length > 0) {
  console.log(`footprint: ${missing.join(', ')} missing (./bootstrap --tests installs them)`);
  process.exit(0);
}
const components = readdirSync(join(firmware, 'components'));
const includes = components.flatMap((name) => [
  '-I',
  join(firmware, 'components', name, 'include'),
]);
const bits32 = spawnSync('gcc', ['-m32', '-x', 'c', '-', '-c', '-o', '/dev/null'], {
  input: '#include <stdio.h>\n',
});
const target = bits32.status === 0 ? ['-m32'] : [];

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return sources(join(folder, entry.name));
    return entry.name.endsWith('.c') ? [join(folder, entry.name)] : [];
  });
}

function measure(component) {
  const folder = join(firmware, 'components', component);
  const [sum, frames] = [{ text: 0, data: 0, bss: 0 }, []];
  for (const source of sources(folder)) {
    const object = join(scratch, `${basename(source, '.c')}.o`);
    const generated = ['-I', join(folder, 'generated'), '-I', folder];
    const options = ['-std=c11', '-Os', '-fstack-usage', '-c', source, '-o', object];
    execFileSync('gcc', [...target, ...options, ...includes, ...generated]);
    const [text, data, bss] = execFileSync('size', [object], { encoding: 'utf8' })
      .split('\n')[1]
      .trim()
      .split(/\s+/)
      .map(Number);
    sum.text += text;
    sum.data += data;
    sum.bss += bss;
    for (const line of readFileSync(object.replace(/o$/, 'su'), 'utf8').trim().split('\n')) {
      const [where, bytes] = line.split('\t');
      if (where) frames.push({ name: where.split(':').at(-1), bytes: Number(bytes) });
    }
  }
  return { ...sum, deepest: frames.sort((a, b) => b.bytes - a.bytes)[0] };
}

/** Instructions that a function and what it calls execute, the bus aside. */
function instructions(name) {
  const profile = join(scratch, `${name}.callgrind`);
  const program = join(firmware, 'build/footprint/core-cost');
  const options = [
    '--tool=callgrind',
    `--toggle-collect=${name}`,
    `--callgrind-out-file=${profile}`,
  ];
  const output = execFileSync('valgrind', ['-q', ...options, program], { encoding: 'utf8' });
  const total = Number(/^(?:summary|totals): (\d+)/m.exec(readFileSync(profile, 'utf8'))[1]);
  const [cycles, seconds] = output.trim().split(' ').map(Number);
  return { total, cycles, seconds };
}

console.log(`${target.length > 0 ? '32-bit x86' : '64-bit x86'}, -Os, bytes`);
console.log('component         code    data     bss   deepest frame');
let worst = 0;
for (const component of components) {
  const { text, data, bss, deepest } = measure(component);
  worst = Math.max(worst, deepest.bytes);
  const cells = [text, data, bss].map((bytes) => String(bytes).padStart(7)).join(' ');
  console.log(`${component.padEnd(14)} ${cells}   ${deepest.bytes} ${deepest.name}`);
}
const meter = instructions('power_meter_poll');
const display = instructions('oled_poll');
const perCycle = meter.total / meter.cycles;
const perSecond = display.total / display.seconds;
console.log(
  `\nA sensor cycle of three channels: ${Math.round(perCycle)} instructions (budget ${CYCLE_BUDGET})`,
);
console.log(
  `The display, a second: ${Math.round(perSecond)} instructions (budget ${DISPLAY_BUDGET_PER_SECOND})`,
);
console.log(`The deepest frame: ${worst} bytes (budget ${STACK_BUDGET})`);
rmSync(scratch, { recursive: true });
const kept =
  perCycle < CYCLE_BUDGET && perSecond < DISPLAY_BUDGET_PER_SECOND && worst < STACK_BUDGET;
process.exit(kept ? 0 : 1);

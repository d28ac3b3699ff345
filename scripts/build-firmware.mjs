// Builds the firmware core and the twin for this host; CMake decides what is out of date.
import { execFileSync } from 'node:child_process';

const run = (...args) => execFileSync('cmake', args, { stdio: ['ignore', 'ignore', 'inherit'] });
run('-S', 'firmware', '-B', 'firmware/build', '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=RelWithDebInfo');
run('--build', 'firmware/build');

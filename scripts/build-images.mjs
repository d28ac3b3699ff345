// Builds the container images for this machine's architecture: npm run images [NAME…]. All architectures are built by
// .github/workflows/images.yml.
import { execFileSync } from 'node:child_process';
import { FUNCTIONS } from './functions.mjs';

const PREFIX = process.env['IMAGE_PREFIX'] ?? 'power-harness';
const TAG = process.env['IMAGE_TAG'] ?? 'latest';

const onFunctions = { file: 'functions/Dockerfile', context: 'build/images/functions' };
const IMAGES = {
  'power-exporter': { file: 'exporter/Dockerfile', context: 'build/images/power-exporter' },
  'power-meter-twin': { file: 'firmware/host/Dockerfile', context: '.' },
  'power-provider': { file: 'harness/Dockerfile', context: 'build/images/power-provider' },
  ...Object.fromEntries(
    FUNCTIONS.map((name) => [name, { ...onFunctions, args: [`FUNCTION=${name}`] }]),
  ),
};

const revision = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(IMAGES);
for (const name of names) {
  const image = IMAGES[name];
  if (!image) throw new Error(`there is no image '${name}': ${Object.keys(IMAGES).join(', ')}`);
  const { file, context, args = [] } = image;
  const buildArgs = [...args, `REVISION=${revision}`].flatMap((arg) => ['--build-arg', arg]);
  console.log(`-- ${PREFIX}/${name}:${TAG}`);
  execFileSync(
    'docker',
    [
      'build',
      '--quiet',
      '--file',
      file,
      '--tag',
      `${PREFIX}/${name}:${TAG}`,
      ...buildArgs,
      context,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

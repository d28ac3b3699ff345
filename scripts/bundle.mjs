// What goes into the container images: build/images/NAME holds a program with all it needs, the same on every
// architecture. Each Dockerfile copies its folder.
import { build } from 'esbuild';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from './functions.mjs';

const OUT = 'build/images';

/** Bundled CommonJS modules ask for Node's own by require(). */
const REQUIRE = `import { createRequire as createNodeRequire } from 'node:module';
const require = createNodeRequire(import.meta.url);`;

/** @param entryPoints - outputs below the folder by inputs in the tree */
async function bundle(folder, room, entryPoints) {
  const { metafile } = await build({
    entryPoints: Object.entries(entryPoints).map(([out, path]) => ({ in: path, out })),
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.11',
    format: 'esm',
    banner: { js: REQUIRE },
    legalComments: 'none', // whole licences are put beside instead
    metafile: true,
    logLevel: 'warning',
  });
  cpSync(join(room, 'package.json'), join(folder, 'package.json'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), licences(Object.keys(metafile.inputs)));
}

/** The licence of every package that files come from. */
function licences(inputs) {
  const packages = new Set(
    inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map((path) => {
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json')));
      const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
        .map((each) => join(path, each))
        .find(existsSync);
      return `${name} ${version} (${license})\n\n${file ? readFileSync(file, 'utf8') : ''}`;
    })
    .join(`\n${'-'.repeat(80)}\n`);
}

async function functions(folder) {
  const modules = ['runtime/serve', ...FUNCTIONS.map((name) => `${name}/handler`)];
  await bundle(
    folder,
    'functions',
    Object.fromEntries(modules.map((path) => [`dist/${path}`, `functions/dist/${path}.js`])),
  );
}

rmSync(OUT, { recursive: true, force: true });
await bundle(`${OUT}/power-exporter`, 'exporter', {
  'dist/power-exporter': 'exporter/bin/power-exporter.js',
});
await functions(`${OUT}/functions`);
await bundle(`${OUT}/power-provider`, 'harness', {
  'dist/provider/main': 'harness/dist/provider/main.js',
});
await functions(`${OUT}/power-provider/functions`);

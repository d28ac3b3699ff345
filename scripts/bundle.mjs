// What goes into the container images: build/images/NAME holds a program with all it needs, the same on every
// architecture. Each Dockerfile copies its folder.
import { build } from 'esbuild';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from './functions.mjs';

const OUT = 'build/images';

/** Bundled CommonJS modules ask for Node's own by require(). */
const REQUIRE = `import { createRequire as createNodeRequire } from 'node:module';
const require = createNodeRequire(import.meta.url);`;

/**
 * One CommonJS file is loaded with less memory than a module is (Node.js 22: 5 MB); import.meta.url is not known there.
 * Minified, V8 keeps less of its text.
 */
const ONE_SMALL_FILE = {
  splitting: false,
  format: 'cjs',
  minify: true,
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

/** @param entryPoints - outputs below the folder by inputs in the tree */
async function bundle(folder, room, entryPoints, options = {}) {
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
    ...options,
  });
  const json = JSON.parse(readFileSync(join(room, 'package.json'), 'utf8'));
  const type = options.format === 'cjs' ? 'commonjs' : json.type;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...json, type }, null, 2));
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
const exporter = { 'dist/power-exporter': 'exporter/bin/power-exporter.js' };
await bundle(`${OUT}/power-exporter`, 'exporter', exporter, ONE_SMALL_FILE);
await functions(`${OUT}/functions`);
await bundle(`${OUT}/power-provider`, 'harness', {
  'dist/provider/main': 'harness/dist/provider/main.js',
});
await functions(`${OUT}/power-provider/functions`);

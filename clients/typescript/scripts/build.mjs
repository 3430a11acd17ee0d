// Makes dist of src: a module and its types for each file, as browsers, bundlers and Node take them.
import { spawnSync } from 'node:child_process';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

await rm(dist, { recursive: true, force: true });
const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

// Node and strict resolvers want the whole name of a file: './client' is './client.js', or './client/index.js'.
const files = (await readdir(dist, { recursive: true, withFileTypes: true }))
  .filter((one) => one.isFile())
  .map((one) => join(one.parentPath ?? one.path, one.name));
const there = new Set(files);
for (const file of files) {
  const text = await readFile(file, 'utf8');
  const whole = text.replace(/((?:from|import)\s*\(?\s*['"])(\.{1,2}\/[^'"]+)(['"])/g, (all, before, name, after) => {
    const target = join(dirname(file), name);
    if (there.has(`${target}.js`)) return `${before}${name}.js${after}`;
    if (there.has(join(target, 'index.js'))) return `${before}${name}/index.js${after}`;
    throw new Error(`${file}: ${name} is not there`);
  });
  await writeFile(file, whole);
}

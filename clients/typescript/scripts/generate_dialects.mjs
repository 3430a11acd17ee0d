// Makes the types of products' messages of their schemas. With --check it says whether they are what it would make.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const kSchemas = new URL('../../../protocol/spec/dialects/', import.meta.url);
const kTypes = new URL('../src/dialects/', import.meta.url);
const kBanner = '// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.';

const pascal = (name) => name.replace(/(^|[-_])([a-z])/g, (_, _dash, letter) => letter.toUpperCase());

/** The whole of a product as one type with both ways, so that every message gets a type of its own. */
async function typesOf(name, schema) {
  const defs = structuredClone(schema.$defs);
  for (const [def, body] of Object.entries(defs)) body.title = `${pascal(name)}${pascal(def)}`;
  defs.in.title = `${pascal(name)}ClientMessage`;
  defs.out.title = `${pascal(name)}ServerMessage`;
  for (const body of Object.values(defs)) delete body.examples;
  const whole = {
    title: `${pascal(name)}Messages`,
    description: schema.description,
    type: 'object',
    properties: { in: { $ref: '#/$defs/in' }, out: { $ref: '#/$defs/out' } },
    required: ['in', 'out'],
    additionalProperties: false,
    $defs: defs,
  };
  return compile(whole, name, { bannerComment: kBanner, style: { singleQuote: true, printWidth: 120 } });
}

const wanted = new Map();
for (const file of (await readdir(kSchemas)).filter((one) => one.endsWith('.json')).sort()) {
  const name = file.slice(0, -'.json'.length);
  wanted.set(`${name}.ts`, await typesOf(name, JSON.parse(await readFile(new URL(file, kSchemas), 'utf8'))));
}
const modules = [...wanted.keys()].map((file) => `export type * from './${file.slice(0, -'.ts'.length)}';`);
wanted.set('index.ts', `${kBanner}\n\n${modules.join('\n')}\n`);

await mkdir(kTypes, { recursive: true });
const there = await readdir(kTypes);
if (process.argv.includes('--check')) {
  const stale = there.filter((file) => !wanted.has(file));
  for (const [file, text] of wanted) {
    if (!there.includes(file) || (await readFile(new URL(file, kTypes), 'utf8')) !== text) stale.push(file);
  }
  if (stale.length > 0) {
    console.error(`src/dialects is not what protocol/spec/dialects says: ${stale.join(', ')}; npm run generate`);
    process.exit(1);
  }
} else {
  for (const file of there.filter((one) => !wanted.has(one))) await rm(new URL(file, kTypes));
  for (const [file, text] of wanted) await writeFile(new URL(file, kTypes), text);
}

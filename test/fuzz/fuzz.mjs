// Compiles the fuzzer with the sources as they are, for Node 20 runs no TypeScript, and starts it. See main.ts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
// Below node_modules: ignored by git, and packages are found from there.
const out = join(root, 'node_modules/.cache/fuzz');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const args = ['-p', join(root, 'test/fuzz/tsconfig.json'), '--outDir', out];
const { status } = spawnSync(process.execPath, [tsc, ...args], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
process.chdir(root);
await import(pathToFileURL(join(out, 'test/fuzz/main.js')).href);

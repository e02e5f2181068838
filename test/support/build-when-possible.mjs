// `npm ci` in a checkout builds dist. An install without development packages has no compiler: then dist must be there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const compiler = 'node_modules/typescript/bin/tsc';
if (existsSync(compiler)) {
  for (const argv of [[compiler, '-p', 'tsconfig.build.json'], ['test/support/bundle.mjs']]) {
    const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  process.exit(0);
}
if (!existsSync('dist/cli/main.js')) {
  process.stderr.write('rollcall: dist is missing and there is no TypeScript to build it with\n');
  process.exit(1);
}

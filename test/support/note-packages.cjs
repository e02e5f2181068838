/** Loaded before a program: when a thread of it ends, the packages that it loaded are a line in the file that is asked for. */
const { appendFileSync } = require('node:fs');

process.on('exit', () => {
  const names = Object.keys(require.cache).map(
    (path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  const packages = [...new Set(names.filter((name) => name !== undefined))];
  appendFileSync(process.env.NOTE_PACKAGES_IN, `${JSON.stringify(packages.sort())}\n`);
});

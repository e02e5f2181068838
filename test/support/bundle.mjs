/**
 * Puts into each file that a process or a thread begins with all that it loads, over what tsc wrote there: a file of its
 * own costs the loader half a millisecond, and there are hundreds. What tsc wrote beside them runs just as well.
 */
import { relative, resolve } from 'node:path';
import { build } from 'rolldown';

const src = resolve(import.meta.dirname, '../../src');

/** Files that find others by their own place still find them: each sees the address it has as a file of its own. */
function keepAddresses(entry) {
  const up = '../'.repeat(entry.split('/').length - 1);
  return {
    name: 'keep-addresses',
    transform(code, path) {
      if (!code.includes('import.meta.url')) return null;
      const own = up + relative(src, path).replace(/\.ts$/, '.js');
      return code.replaceAll('import.meta.url', `new URL('${own}', import.meta.url).href`);
    },
  };
}

/** @param split whether what is imported later gets files of its own, in `dist/chunks` */
function bundle(entry, { split }) {
  return {
    input: { [entry]: `src/${entry}.ts` },
    // Packages stay what they are.
    external: /^[^./]/,
    platform: 'node',
    plugins: [keepAddresses(entry)],
    // Lines stay where they were, and columns nobody asks for.
    onLog: (level, log, report) => log.code === 'SOURCEMAP_BROKEN' || report(level, log),
    output: {
      dir: 'dist',
      sourcemap: true,
      // Names of classes are seen in the log.
      keepNames: true,
      entryFileNames: '[name].js',
      // As deep as the entry, so that addresses hold in both.
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: split,
    },
  };
}

await build([
  bundle('cli/main', { split: true }),
  bundle('dns/server/worker', { split: false }),
  bundle('engine/embedded/store-check-process', { split: false }),
]);

// Makes sure that the system tools which the tests drive are there: installs them where it can (Debian, as root),
// and otherwise stops with one error that names all that is missing and what to do about it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Command to the Debian package that has it. */
const TOOLS = {
  dig: 'bind9-dnsutils',
  kdig: 'knot-dnsutils',
  curl: 'curl',
};

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
const found = (command) =>
  folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
const missing = () => Object.keys(TOOLS).filter((command) => !found(command));

function install(packages) {
  const run = (args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  process.stdout.write(`installing for the tests: ${packages.join(' ')}\n`);
  run(['update', '-qq']);
  run(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

const packagesOf = (commands) => [...new Set(commands.map((command) => TOOLS[command]))];

if (missing().length > 0 && process.getuid?.() === 0 && found('apt-get')) {
  install(packagesOf(missing()));
}
const absent = missing();
if (absent.length > 0) {
  process.stderr.write(
    `the tests need ${absent.join(', ')}: install ${packagesOf(absent).join(' ')} ` +
      `(Debian, Ubuntu: sudo apt-get install ${packagesOf(absent).join(' ')}) and run them again\n`,
  );
  process.exit(1);
}

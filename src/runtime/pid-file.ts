/** The file that `-pid-file` names: the process id while the agent runs. */
import { rmSync, writeFileSync } from 'node:fs';

/** @returns removes the file, as does the end of the process @throws the system's error when it cannot be written */
export function writePidFile(path: string): () => void {
  writeFileSync(path, `${process.pid}\n`);
  const remove = (): void => rmSync(path, { force: true });
  process.once('exit', remove);
  return () => {
    process.off('exit', remove);
    remove();
  };
}

/** The file that `-pid-file` names: the process id while the agent runs. */
import { rmSync, writeFileSync } from 'node:fs';

/** @returns removes the file @throws the system's error when it cannot be written */
export function writePidFile(path: string): () => void {
  writeFileSync(path, `${process.pid}\n`);
  return () => rmSync(path, { force: true });
}

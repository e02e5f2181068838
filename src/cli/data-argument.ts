/** The argument DATA of the commands that write keys: the text itself, `@file`, or `-` for standard input. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandError } from './command.ts';

/** @throws CommandError for a file that cannot be read */
export async function readData(argument: string): Promise<Buffer> {
  if (argument === '-') return buffer(process.stdin);
  if (!argument.startsWith('@')) return Buffer.from(argument);
  try {
    return await readFile(argument.slice(1));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Error! Failed to read file: ${reason}`);
  }
}

/** The octets that `text` stands for; undefined when it is no base 64. */
export function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replace(/[\r\n]/g, '');
  const isWhole = digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
  return isWhole ? Buffer.from(digits, 'base64') : undefined;
}

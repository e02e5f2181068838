/** `readQuestion` on anything: it never throws, and what it says of a message is so. */
import { readQuestion } from '../../../src/dns/wire/read-question.ts';
import type { Random } from '../../../src/runtime/index.ts';
import { mutate } from '../mutate.ts';
import { makeQuery } from '../queries.ts';
import { must, oneIn, randomOctets, type Target } from '../target.ts';

function generate(random: Random): Uint8Array {
  if (oneIn(10, random)) return randomOctets(random.integer(80), random);
  const query = makeQuery(random);
  return oneIn(3, random) ? query : mutate(query, random);
}

function check(input: Uint8Array): void {
  const bytes = Buffer.from(input);
  const reading = readQuestion(bytes);
  const isQuery = bytes.length >= 12 && bytes[2]! < 128;
  must((reading.kind !== 'drop') === isQuery, () => `read as ${reading.kind}`);
  if (reading.kind !== 'question' && reading.kind !== 'reject') return;
  const id = reading.kind === 'question' ? reading.question.id : reading.id;
  must(id === bytes.readUInt16BE(0), () => `id ${id}`);
  const { question } = reading;
  if (question === undefined) return;
  const { name } = question;
  const wire = bytes.toString('latin1', 12, 12 + name.length);
  must(name === wire, () => `name ${JSON.stringify(name)} is not that of the message`);
  must(name.length <= 255 && name.endsWith('\0'), () => `name ${JSON.stringify(name)}`);
  const at = 12 + name.length;
  must(question.type === bytes.readUInt16BE(at), () => `type ${question.type}`);
  must(question.class === bytes.readUInt16BE(at + 2), () => `class ${question.class}`);
  if (reading.kind !== 'question') return;
  must(reading.question.lowerName === latinLower(name), () => 'lowerName is another name');
  const options = reading.question.edns?.options ?? [];
  must(options.length <= 32, () => `${options.length} options are kept`);
}

const latinLower = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

export const questionReader: Target = {
  name: 'question-reader',
  casesInTests: 40_000,
  generate,
  check,
};

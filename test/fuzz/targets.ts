/** All targets. Adding one means a file and a line. */
import type { Target } from './target.ts';
import { lifecycle } from './targets/lifecycle.ts';
import { masterFile } from './targets/master-file.ts';
import { messageReader } from './targets/message-reader.ts';
import { messageWriter } from './targets/message-writer.ts';
import { questionReader } from './targets/question-reader.ts';
import { registerBody } from './targets/register-body.ts';
import { responder } from './targets/responder.ts';

export const targets: readonly Target[] = [
  questionReader,
  messageReader,
  messageWriter,
  responder,
  masterFile,
  registerBody,
  lifecycle,
];

/**
 * The EDNS options that a query came with and that mean something here, checked. Those not understood are ignored
 * (RFC 6891 §6.1.2). Adding one means a file and a line in `OPTIONS`.
 */
import type { EdnsOption } from '../../wire/question.ts';
import { clientSubnet } from './client-subnet.ts';
import { COOKIE, cookie } from './cookie.ts';
import { nsid } from './nsid.ts';
import type { AskedOption, OptionQuery, OptionReply } from './option.ts';
import type { CookieVerdict } from './server-cookies.ts';
import { tcpKeepalive } from './tcp-keepalive.ts';

const OPTIONS: readonly AskedOption[] = [nsid, clientSubnet, cookie, tcpKeepalive];

export interface AskedOptions extends OptionQuery {
  readonly list: readonly { readonly option: AskedOption; readonly data: Uint8Array }[];
  /** What the cookie of the query is worth; undefined when it had none, or cookies are off. */
  readonly cookie: CookieVerdict | undefined;
}

/** Of an option that occurs twice the first counts (RFC 7873 §5.2). `nowMs` is asked for when a cookie is there. */
export function readAskedOptions(
  options: readonly EdnsOption[],
  query: OptionQuery,
  nowMs: () => number,
): AskedOptions | 'malformed' {
  const list: { option: AskedOption; data: Uint8Array }[] = [];
  let verdict: CookieVerdict | undefined;
  for (const option of OPTIONS) {
    const data = options.find(({ code }) => code === option.code)?.data;
    if (data === undefined) continue;
    if (!option.isWellFormed(data, query)) return 'malformed';
    list.push({ option, data });
    if (option.code !== COOKIE) continue;
    const nowSeconds = Math.floor(nowMs() / 1000);
    verdict = query.settings.cookies?.judge(data, query.client.address, nowSeconds);
  }
  return { ...query, list, cookie: verdict };
}

/** The options of the reply, in the order of `OPTIONS`. */
export function answerOptions(asked: AskedOptions, reply: OptionReply['reply']): EdnsOption[] {
  const { client, settings, cookie } = asked;
  const about: OptionReply = { client, settings, cookie, reply };
  const options: EdnsOption[] = [];
  for (const { option, data } of asked.list) {
    const answered = option.answer(data, about);
    if (answered !== undefined) options.push({ code: option.code, data: answered });
  }
  return options;
}

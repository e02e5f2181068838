/**
 * The EDNS options that a query came with and that mean something here, checked. Those not understood are ignored
 * (RFC 6891 §6.1.2). Adding one means a file and a line in `OPTIONS`.
 */
import type { EdnsOption } from '../../wire/question.ts';
import { EdnsOptionCode } from '../../wire/types.ts';
import { clientSubnet } from './client-subnet.ts';
import { cookie } from './cookie.ts';
import { nsid } from './nsid.ts';
import type { AskedOption, OptionQuery, OptionReply } from './option.ts';
import type { CookieVerdict } from './server-cookies.ts';
import { tcpKeepalive } from './tcp-keepalive.ts';

const OPTIONS: readonly AskedOption[] = [nsid, clientSubnet, cookie, tcpKeepalive];

const optionByCode: ReadonlyMap<number, AskedOption> = new Map(
  OPTIONS.map((option) => [option.code, option]),
);

interface Asked {
  readonly option: AskedOption;
  readonly data: Uint8Array;
}

export interface AskedOptions extends OptionQuery {
  readonly list: readonly Asked[];
  /** What the cookie of the query is worth; undefined when it had none, or cookies are off. */
  readonly cookie: CookieVerdict | undefined;
}

/** Of an option that occurs twice the first counts (RFC 7873 §5.2). `nowMs` is asked for when a cookie is there. */
export function readAskedOptions(
  options: readonly EdnsOption[],
  query: OptionQuery,
  nowMs: () => number,
): AskedOptions | 'malformed' {
  const { client, settings } = query;
  const list: Asked[] = [];
  let verdict: CookieVerdict | undefined;
  for (const { code, data } of options) {
    const option = optionByCode.get(code);
    if (option === undefined || isListed(list, option)) continue;
    if (!option.isWellFormed(data, query)) return 'malformed';
    list.push({ option, data });
    if (code !== EdnsOptionCode.COOKIE) continue;
    const nowSeconds = Math.floor(nowMs() / 1000);
    verdict = settings.cookies?.judge(data, client.address, nowSeconds);
  }
  return { client, settings, list, cookie: verdict };
}

function isListed(list: readonly Asked[], option: AskedOption): boolean {
  for (const asked of list) if (asked.option === option) return true;
  return false;
}

/** The options of the reply, in the order in which they were asked for. */
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

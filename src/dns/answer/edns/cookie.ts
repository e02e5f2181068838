/** DNS cookies (RFC 7873): the option. What a server cookie is made of is in `server-cookies.ts`. */
import { EdnsOptionCode } from '../../wire/types.ts';
import type { AskedOption } from './option.ts';
import { CLIENT_COOKIE_BYTES } from './server-cookies.ts';

const BYTES_MIN_WITH_SERVER = 16;
const BYTES_MAX = 40;

export const cookie: AskedOption = {
  code: EdnsOptionCode.COOKIE,
  isWellFormed({ length }, { settings }) {
    return settings.cookies === undefined || isCookieLength(length);
  },
  // RFC 7873 §5.2.3, §5.2.4: a client without a good server cookie is told one, and answered all the same.
  answer: (_data, reply) => reply.cookie?.data,
};

/** RFC 7873 §5.2.2: a client cookie of 8 octets, then none of the server or one of 8 to 32. */
export function isCookieLength(octets: number): boolean {
  if (octets === CLIENT_COOKIE_BYTES) return true;
  return octets >= BYTES_MIN_WITH_SERVER && octets <= BYTES_MAX;
}

/**
 * The shape of an EDNS option that clients ask with: what is well formed, and what goes back. One file an option,
 * listed in `asked-options.ts`. What goes along unasked, the extended error, is no such option.
 */
import type { Client } from '../../wire/question.ts';
import type { Reply } from '../respond.ts';
import type { CookieVerdict, ServerCookies } from './server-cookies.ts';

/** What the options of this server answer with, made from `ProtocolOptions`. */
export interface OptionSettings {
  /** Empty when the option is not answered. */
  readonly nsid: Uint8Array;
  /** Undefined when cookies are off. */
  readonly cookies: ServerCookies | undefined;
}

/** What is known while a query's options are checked. */
export interface OptionQuery {
  readonly client: Client;
  readonly settings: OptionSettings;
}

/** What is known once there is a reply. */
export interface OptionReply extends OptionQuery {
  readonly reply: Pick<Reply, 'subnetScope'>;
  readonly cookie: CookieVerdict | undefined;
}

export interface AskedOption {
  readonly code: number;
  /** Whether a query's option is what its definition says; if not, the query is answered FORMERR. */
  isWellFormed(data: Uint8Array, query: OptionQuery): boolean;
  /** OPTION-DATA for the reply; undefined when the option is not answered. */
  answer(data: Uint8Array, reply: OptionReply): Uint8Array | undefined;
}

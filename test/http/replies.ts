/** What tests of the HTTP interface look at in a reply, and whether there is one yet. */
import type { LightMyRequestResponse } from 'fastify';

/** `X-Consul-Index`, to be blocked on. */
export const indexOf = ({ headers }: Pick<LightMyRequestResponse, 'headers'>): number =>
  Number(headers['x-consul-index']);

/** Status and text. */
export const shown = ({
  statusCode,
  body,
}: Pick<LightMyRequestResponse, 'statusCode' | 'body'>): [status: number, text: string] => [
  statusCode,
  body,
];

/** A request that is on its way. */
export interface Waiting<Reply> {
  readonly isAnswered: boolean;
  readonly reply: Promise<Reply>;
}

/** Looks at `reply` without waiting for it. */
export function waitingFor<Reply>(reply: Promise<Reply>): Waiting<Reply> {
  let isAnswered = false;
  const seen = (): void => {
    isAnswered = true;
  };
  void reply.then(seen, seen);
  return {
    get isAnswered() {
      return isAnswered;
    },
    reply,
  };
}

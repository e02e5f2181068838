/** ANY is answered with one RRset (RFC 8482 §4.1). */
import { describe, expect, it } from 'vitest';
import type { Answer, Outcome, Query, Source } from '../../../src/dns/answer/outcome.ts';
import { type AskOptions, ask, serve } from '../ask.ts';
import { fleet } from '../catalog-rows.ts';
import { rr } from '../records.ts';

const A1 = rr('x.example. 60 IN A 192.0.2.1');
const A2 = rr('x.example. 60 IN A 192.0.2.2');
const AAAA = rr('x.example. 60 IN AAAA 2001:db8::1');
const TXT = rr('x.example. 60 IN TXT hello');
const MX = rr('x.example. 60 IN MX 10 mail.example.');
const CNAME = rr('x.example. 60 IN CNAME y.example.');
const BEHIND = rr('y.example. 60 IN A 192.0.2.9');

function answering(answers: readonly ReturnType<typeof rr>[]): Source {
  const additional = [rr('mail.example. 60 IN A 192.0.2.3')];
  const outcome: Outcome = {
    kind: 'answer',
    answers,
    authority: [],
    additional,
    authoritative: true,
  };
  return { name: 'test', answer: () => outcome };
}

describe('ANY', () => {
  const table: [string, ReturnType<typeof rr>[], expected: string[], AskOptions?][] = [
    ['addresses first', [TXT, A1, MX, A2], ['A 192.0.2.1', 'A 192.0.2.2']],
    ['IPv4 before IPv6', [AAAA, A1], ['A 192.0.2.1']],
    ['IPv6 when there is no other', [TXT, AAAA], ['AAAA 2001:db8::1']],
    ['an alias, and not what is behind it', [CNAME, BEHIND], ['CNAME y.example']],
    ['else the first type', [MX, TXT], ['MX']],
    ['class ANY', [TXT, A1], ['A 192.0.2.1'], { class: 255 }],
    ['over TCP', [TXT, A1], ['A 192.0.2.1'], { transport: 'tcp' }],
  ];
  it.each(table)('%s', async (_, answers, expected, options = {}) => {
    const server = serve({ zones: [answering(answers)] });
    const seen = await ask(server, 'ANY x.example', options);
    expect(seen.answer).toHaveLength(expected.length);
    for (const [at, record] of expected.entries()) {
      expect(seen.answer[at]).toContain(`x.example 60 ${record}`);
    }
    expect(seen).toMatchObject({ rcode: 0, tc: false, additional: [] });
  });

  it('gives all there is when told to, and other types are left alone', async () => {
    const zones = [answering([TXT, A1, MX])];
    const all = await ask(serve({ zones, answer: { minimalAny: false } }), 'ANY x.example');
    expect(all).toMatchObject({ answer: { length: 3 }, additional: { length: 1 } });
    expect(await ask(serve({ zones }), 'TXT x.example')).toMatchObject({ answer: { length: 3 } });
  });

  it.each([
    ['before what is kept', [TXT, A1, A2]],
    ['after it', [A1, A2, TXT]],
  ])('is truncated when a record was left out, be it %s', async (_, answers) => {
    const { name: source, answer } = answering(answers);
    const cut = (query: Query): Outcome => ({ ...(answer(query) as Answer), partial: true });
    const server = serve({ zones: [{ name: source, answer: cut }] });
    expect(await ask(server, 'ANY x.example')).toMatchObject({ tc: true, answer: { length: 2 } });
  });

  it('leaves what an upstream said as it is', async () => {
    const relayed: Outcome = {
      kind: 'relayed',
      rcode: 0,
      answers: [TXT, A1],
      authority: [],
      additional: [],
      truncated: false,
      authenticData: false,
    };
    const forward = [{ name: 'forward', answer: async () => relayed }];
    expect((await ask(serve({ forward }), 'ANY x.example')).answer).toHaveLength(2);
  });

  it('waits for a source that does', async () => {
    const { answer } = answering([TXT, A1]);
    const zones: Source[] = [{ name: 'later', answer: async (query) => answer(query) }];
    expect((await ask(serve({ zones }), 'ANY x.example')).answer).toHaveLength(1);
  });

  it('of a service has all its addresses', async () => {
    const seen = await ask(serve({ rows: fleet('db', 5) }), 'ANY db.service.consul');
    expect(seen.answer).toHaveLength(5);
  });
});

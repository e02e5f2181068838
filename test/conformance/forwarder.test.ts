/**
 * The forwarder by clause, with real dig over UDP and TCP: RFC 2181 §5.4.1, RFC 2308 §5, RFC 5452 §9, RFC 8767 §5,
 * RFC 9520 §3. Method: a built agent whose only recursor is a server of the test, which lies, is silent or answers as each name says.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { type Asked, replyTo, Upstream } from '../dns/forward/upstream.ts';
import { referenceAgent } from '../support/reference-agent.ts';

let upstream: Upstream | undefined;
let isSilent = false;

const nameOf = ({ packet }: Asked): string => packet.questions?.[0]?.name ?? '';

/** What the recursor does about a question goes by the beginning of its name. */
function behave(asked: Asked): void {
  const name = nameOf(asked);
  if (isSilent) return;
  if (name.startsWith('forged')) sendForgeries(asked);
  asked.reply(replyTo(asked, sayFor(name)));
}

function sayFor(name: string): Parameters<typeof replyTo>[1] {
  if (name.startsWith('fails')) return { rcode: 2 };
  if (name.startsWith('short'))
    return { answers: [{ type: 'A', name, ttl: 1, data: '192.0.2.1' }] };
  const target = /^leads-to\.(.+)\.example\.net$/.exec(name)?.[1];
  if (target !== undefined) return leadTo(name, target);
  if (!name.startsWith('denied')) return {};
  const data = {
    mname: 'ns.example.net',
    rname: 'host.example.net',
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: 60,
  };
  return { rcode: 3, authorities: [{ type: 'SOA', name: 'example.net', ttl: 300, data }] };
}

/** With a lie about its end. */
function leadTo(name: string, target: string): Parameters<typeof replyTo>[1] {
  return {
    answers: [
      { type: 'CNAME', name, ttl: 60, data: target },
      { type: 'A', name: target, ttl: 60, data: LIE },
    ],
  };
}

const LIE = '203.0.113.66';

/** Before the reply: another id, another question, records nobody asked for, and what is no message. */
function sendForgeries(asked: Asked): void {
  const address = LIE;
  const wrongId = replyTo(asked, { address });
  wrongId.writeUInt16BE(wrongId.readUInt16BE(0) ^ 1, 0);
  asked.reply(wrongId);
  const questions = [{ type: 'A', name: 'victim.example.net' }] as const;
  asked.reply(replyTo(asked, { address, questions: [...questions] }));
  asked.reply(asked.bytes.subarray(0, 11));
  const malformed = replyTo(asked, { address });
  malformed.writeUInt16BE(9, 6);
  asked.reply(malformed);
}

const agent = referenceAgent({
  zones: {
    'alias.test.zone': `$TTL 60
@     SOA   ns host 1 2 3 4 5
@     NS    ns
out   CNAME kept.example.net.
back  CNAME leads-to.own.service.consul.example.net.
`,
  },
  config: async () => {
    upstream = await Upstream.start(behave, behave);
    const { address, port } = upstream.address;
    return { recursors: [`${address}:${port}`], dns_config: { recursor_timeout: '1s' } };
  },
});
afterAll(() => upstream?.close());

/** Questions that the recursor got for a name, over either transport. */
function askedFor(name: string): number {
  const all = [...(upstream?.asked ?? []), ...(upstream?.askedOverTcp ?? [])];
  return all.filter((asked) => nameOf(asked) === name).length;
}

const transports = ['+notcp', '+tcp'];

describe('RFC 2308 §5, RFC 1035 §7.4: what was said is not asked again', () => {
  it('an answer is kept, for both transports, with its TTL', async () => {
    for (const transport of transports) {
      const { status, answers } = await agent.dig(`kept.example.net A ${transport}`);
      expect([status, answers.length]).toEqual(['NOERROR', 1]);
    }
    expect(askedFor('kept.example.net')).toBe(1);
  });

  it('§5: so is a denial, with the SOA that says for how long', async () => {
    for (const transport of transports) {
      const { status, authority } = await agent.dig(`denied.example.net A ${transport}`);
      expect([status, authority.length]).toEqual(['NXDOMAIN', 1]);
      expect(Number(/ (\d+) IN SOA /.exec(authority[0] ?? '')?.[1])).toBeLessThanOrEqual(60);
    }
    expect(askedFor('denied.example.net')).toBe(1);
  });
});

describe('RFC 2181 §5.4.1: a recursor is not believed about names of ours', () => {
  it.each([
    ['a service', 'own.service.consul', 'NOERROR', ['own.service.consul. 0 IN A 192.0.2.10']],
    ['a zone', 'x.new.example.org', 'NOERROR', ['x.new.example.org. 300 IN A 198.51.100.2']],
    ['no service', 'gone.service.consul', 'NXDOMAIN', []],
    ['no name of a zone', 'gone.example.org', 'NXDOMAIN', []],
    ['a delegation', 'x.lab.consul', 'NOERROR', []],
  ])('an alias to %s is followed here, and AA is clear', async (_, target, status, found) => {
    const name = `leads-to.${target}.example.net`;
    for (const transport of transports) {
      const dug = await agent.dig(`${name} A ${transport}`);
      expect([dug.status, dug.answers]).toEqual([
        status,
        [expect.stringMatching(`^${name}\\. \\d+ IN CNAME ${target}\\.$`), ...found],
      ]);
      expect(dug.flags).not.toContain('aa');
    }
    expect(askedFor(name)).toBe(1);
  });

  it('RFC 1035 §4.1.1: an alias of ours has AA, wherever it ends', async () => {
    const out = await agent.dig('out.alias.test A');
    expect(out.flags).toContain('aa');
    expect(out.answers.at(-1)).toMatch(/^kept\.example\.net\. \d+ IN A 192\.0\.2\.1$/);
    const back = await agent.dig('back.alias.test A');
    expect(back.flags).toContain('aa');
    expect(back.answers).toHaveLength(3);
    expect(back.answers.at(-1)).toBe('own.service.consul. 0 IN A 192.0.2.10');
  });
});

describe('RFC 5452 §9: replies that do not fit are not believed', () => {
  it.each(transports)('§9.1: id, question and source have to match (%s)', async (transport) => {
    const name = `forged${transport.length}.example.net`;
    for (let round = 0; round < 2; round++) {
      const { status, answers } = await agent.dig(`${name} A ${transport}`);
      expect([status, answers]).toEqual(['NOERROR', [expect.stringMatching(/ A 192\.0\.2\.1$/)]]);
    }
    const { answers } = await agent.dig(`victim.example.net A ${transport}`);
    expect(answers.join()).not.toContain(LIE);
  });
});

describe('RFC 9520 §3.2: failures are kept', () => {
  it('a second question within seconds is answered without asking, and says so', async () => {
    const name = 'fails.example.net';
    const first = await agent.dig(`${name} A +notcp`);
    const asked = askedFor(name);
    const second = await agent.dig(`${name} A +tcp`);
    expect([first.status, second.status]).toEqual(['SERVFAIL', 'SERVFAIL']);
    expect(asked).toBeGreaterThan(0);
    expect(askedFor(name)).toBe(asked);
    expect(second.edns?.options.join()).toContain('EDE: 13 (Cached Error)');
  });
});

describe('RFC 8767 §5: what is expired is better than nothing', () => {
  it('is answered with EDE 3 and a TTL of 30 s once the recursor is silent', async () => {
    const name = 'short.example.net';
    expect((await agent.dig(`${name} A +notcp`)).status).toBe('NOERROR');
    isSilent = true;
    for (const transport of transports) {
      // Until its second is over, it is answered as new.
      let reply = await agent.dig(`${name} A ${transport}`);
      while (!reply.edns?.options.join().includes('EDE: 3')) {
        reply = await agent.dig(`${name} A ${transport}`);
      }
      expect([reply.status, reply.answers]).toEqual(['NOERROR', [`${name}. 30 IN A 192.0.2.1`]]);
    }
    isSilent = false;
  });
});

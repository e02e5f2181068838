/**
 * The README is true: its links lead somewhere, and the lines to paste do what the text beside them says. Method: every
 * `curl`, `dig` and `rollcall` line of its code blocks is run against an agent of the test, ports replaced.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AgentChild, bin, startAgentChild } from '../support/agent-child.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Commands of the code blocks; one may go on over several lines inside quotes. */
function commands(): string[] {
  const blocks = [...readme.matchAll(/```\n([\s\S]*?)```/g)].map((match) => match[1] as string);
  return blocks.flatMap((block) => {
    const found: string[] = [];
    for (const line of block.split('\n')) {
      const last = found.at(-1);
      const isOpen = last !== undefined && (last.match(/'/g)?.length ?? 0) % 2 === 1;
      if (isOpen) found[found.length - 1] = `${last}\n${line}`;
      else if (/^(curl|dig|rollcall) /.test(line)) found.push(line);
    }
    return found;
  });
}

function run(command: string, agent: AgentChild): Promise<{ code: number; output: string }> {
  const placed = command
    .replace(/localhost:8500/g, `${agent.http.host}:${agent.http.port}`)
    .replace('@localhost -p 8600', `@${agent.dns.host} -p ${agent.dns.port}`)
    .replace(/^rollcall dns query/, `$& -server ${agent.dns.host}:${agent.dns.port}`)
    .replace(/^rollcall/, `'${process.execPath}' '${bin}'`)
    .replace('wait=60s', 'wait=1ms');
  const env = { ...process.env, CONSUL_HTTP_ADDR: `${agent.http.host}:${agent.http.port}` };
  return new Promise((done) => {
    execFile('sh', ['-c', placed], { env }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

describe('README.md', () => {
  it('shows the two commands, and stays short', () => {
    expect(readme).toContain('\nnpm ci && npm start\n');
    expect(readme).toContain('\nnpm ci && npm test\n');
    expect(readme.split('\n').length).toBeLessThan(300);
  });

  it('links to pages that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] as string);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  it('has examples that work as they stand', async () => {
    const agent = await startAgentChild({ args: ['-dev'] });
    const results: string[] = [];
    for (const command of commands()) {
      const { code, output } = await run(command, agent);
      const status = /status: (\w+)/.exec(output)?.[1] ?? '';
      results.push(`${code} ${status} ${command.split(/\s/, 1)[0]}`.replace(/ +/g, ' '));
      expect(output, command).not.toMatch(/Error|Unexpected|curl: \(/);
    }
    expect(results.filter((result) => !result.startsWith('0 '))).toEqual([]);
    expect(results.filter((result) => result === '0 NOERROR dig').length).toBeGreaterThanOrEqual(4);
    expect(await agent.stop()).toBe(0);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSimulator } from '../../src/simulator/main.ts';

function capture() {
  const out: string[] = [];
  const err: string[] = [];
  const stop = new AbortController();
  return {
    out,
    err,
    stop,
    io: { out: (line: string) => out.push(line), err: (line: string) => err.push(line), signal: stop.signal },
  };
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/hopcheck-`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const caFile = () => `${mkdtempSync(`${folder}/`)}/ca.pem`;

test('prints the environment to use, writes the authority, and ends with the signal', async () => {
  const { out, io, stop } = capture();
  const file = caFile();
  const ready = Promise.withResolvers<void>();
  const running = runSimulator(
    ['--port', '0', '--identity-port', '0', '--ca-out', file, '--topology', 'route-none', '--quiet'],
    {
      ...io,
      out: (line) => {
        io.out(line);
        if (line.startsWith('# Ready')) ready.resolve();
      },
    },
  );
  await ready.promise;
  stop.abort();
  expect(await running).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('BEGIN CERTIFICATE');
  const names = out.flatMap((line) => /^export (\w+)=\S+$/.exec(line)?.[1] ?? []);
  expect(names).toEqual([
    'HOPCHECK_ARM_ENDPOINT',
    'NODE_EXTRA_CA_CERTS',
    'REQUESTS_CA_BUNDLE',
    'IDENTITY_ENDPOINT',
    'IDENTITY_HEADER',
    'MSI_ENDPOINT',
    'MSI_SECRET',
  ]);
});

test('a taken port is one clear line', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => blocker.once('listening', resolve));
  const address = blocker.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  for (const options of [
    ['--port', port, '--identity-port', '0'],
    ['--port', '0', '--identity-port', port],
  ]) {
    const { err, io } = capture();
    expect(await runSimulator([...options, '--ca-out', caFile()], io)).toBe(1);
    expect(err).toEqual([`Port ${port} is taken. Choose another with --port or --identity-port.`]);
  }
  blocker.close();
});

test.each([
  [['--prot', '1'], /--prot/],
  [['--port', 'many'], /--port wants a number/],
  [['--speed', '0'], /--speed wants/],
  [['--generate', '5', '--topology', 'contoso'], /exclude each other/],
])('wrong options %j end with 64 and the usage', async (argv, says) => {
  const { err, io } = capture();
  expect(await runSimulator(argv, io)).toBe(64);
  expect(err.join('\n')).toMatch(says);
  expect(err.join('\n')).toContain('usage: npm run simulator');
});

test('a topology that does not exist names those that do', async () => {
  const { err, io } = capture();
  expect(
    await runSimulator(['--port', '0', '--identity-port', '0', '--topology', 'nope', '--ca-out', caFile()], io),
  ).toBe(1);
  expect(err.join('\n')).toMatch(/contoso/);
});

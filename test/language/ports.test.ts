import { describe, expect, it } from 'vitest';
import { readPort, services } from '../../src/language/ports.ts';

describe('a port', () => {
  it.each([
    ['80', 80],
    [':80', 80],
    ['1', 1],
    ['65535', 65_535],
    ['https', 443],
    ['HTTP', 80],
    ['ssh', 22],
    ['rdp', 3389],
    ['mssql', 1433],
    ['sql', 1433],
    ['mysql', 3306],
    ['postgres', 5432],
    ['redis', 6379],
    ['dns', 53],
    ['smb', 445],
    ['ldap', 389],
    ['ldaps', 636],
    ['amqp', 5672],
  ])('%s', (typed, port) => {
    expect(readPort(typed)).toEqual({ ok: true, value: port });
  });

  it.each([
    '0',
    '65536',
    '-1',
    '80.5',
    '1e3',
    '',
    ':',
    '80-443',
    '8 0',
    'constructor',
    '__proto__',
    '٨٠',
    '99999999999',
  ])('not %s', (typed) => {
    const reading = readPort(typed);
    expect(reading.ok ? 'read' : reading.problem.code).toBe('PORT_INVALID');
    if (!reading.ok) expect(reading.problem.facts).toEqual({ text: typed });
  });

  it('names the services that a typo may have meant', () => {
    const reading = readPort('htps');
    expect(reading.ok ? [] : reading.problem.suggestions).toContain('https');
    const other = readPort('postgress');
    expect(other.ok ? [] : other.problem.suggestions?.[0]).toBe('postgres');
  });

  it('knows only ports that exist', () => {
    for (const port of Object.values(services)) expect(readPort(String(port)).ok).toBe(true);
  });
});

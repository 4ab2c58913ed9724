import { describe, expect, it } from 'vitest';
import { readCommand } from '../../src/language/commands.ts';
import { words } from '../../src/language/words.ts';
import { table } from './table.ts';

const named: readonly (readonly [typed: string, command: string, rest: readonly string[]])[] = [
  ['check vm db0 port 80', 'check', ['vm', 'db0', 'port', '80']],
  ['CHECK db0', 'check', ['db0']],
  ['check', 'check', []],
  ['test db0', 'check', ['db0']],
  ['please check db0', 'check', ['db0']],
  ['@hopcheck check db0', 'check', ['db0']],
  ['@hopcheck pls check db0', 'check', ['db0']],
  ['next hop from app0', 'next-hop', ['from', 'app0']],
  ['Next-Hop from app0', 'next-hop', ['from', 'app0']],
  ['watches', 'watches', []],
  ['watch app0 to db0', 'watch', ['app0', 'to', 'db0']],
  ['source app0', 'use', ['app0']],
  ['hi', 'help', []],
  ['hello!', 'help', []],
  ['help next hop', 'help', ['next', 'hop']],
  ['', 'help', []],
  ['?', 'help', []],
  ['检查 从 app0', 'check', ['从', 'app0']],
  ['检查从app0', 'check', ['从', 'app0']],
  ['请检查从app0', 'check', ['从', 'app0']],
  ['请帮我检查一下app0', 'check', ['一下', 'app0']],
  ['下一跳从app0', 'next-hop', ['从', 'app0']],
  ['监视列表', 'watches', []],
  ['监视app0', 'watch', ['app0']],
  ['停止3', 'stop', ['3']],
  ['停止监视3', 'stop', ['3']],
  ['虚拟机列表 db', 'vms', ['db']],
  ['你好', 'help', []],
  ['can app0 reach db0 on 80?', 'check', ['can', 'app0', 'reach', 'db0', 'on', '80']],
  ['from app0 to db0 port 80', 'check', ['from', 'app0', 'to', 'db0', 'port', '80']],
  ['app0 -> db0:80', 'check', ['app0', '->', 'db0:80']],
  ['ping db0', 'check', ['ping', 'db0']],
  ['app0能访问db0吗', 'check', ['app0', '能访问', 'db0', '吗']],
  ['connect ETIMEDOUT 10.1.4.4:1433', 'check', ['connect', 'ETIMEDOUT', '10.1.4.4:1433']],
  ['每5分钟检查app0到db0', 'watch', ['每', '5', '分钟检查', 'app0', '到', 'db0']],
];

describe('a command', () => {
  it.each(named)('%s', (typed, command, rest) => {
    expect(readCommand(words(typed), table)).toEqual({ ok: true, value: { command, rest } });
  });
});

const unknown: readonly (readonly [typed: string, word: string, suggestions: readonly string[]])[] = [
  ['chek vm db0 port 80', 'chek', ['check vm db0 port 80']],
  ['chekc db0', 'chekc', ['check db0']],
  ['Histroy db0', 'Histroy', ['history db0']],
  ['nxt hop from app0', 'nxt', ['next hop from app0']],
  ['next hp from app0', 'next', ['next hop from app0']],
  ['rule app0', 'rule', ['rules app0']],
  ['chek app0 can reach db0', 'chek', ['check app0 can reach db0']],
  ['frobnicate db0', 'frobnicate', []],
  ['db0 port 80', 'db0', []],
  ['检察从app0到db0', '检察从', ['检查从 app0 到 db0', '检测从 app0 到 db0']],
  ['"check" db0', 'check', ['check db0']],
  ['constructor', 'constructor', []],
  ['__proto__', '__proto__', []],
];

describe('no command', () => {
  it.each(unknown)('%s', (typed, word, suggestions) => {
    const reading = readCommand(words(typed), table);
    expect(reading).toEqual({ ok: false, problem: { code: 'UNKNOWN_COMMAND', facts: { word }, suggestions } });
  });
});

describe('the table', () => {
  it('gives no word to two commands', () => {
    const all = table.flatMap((command) => command.words);
    expect(all).toHaveLength(new Set(all).size);
  });

  it('calls every command in English and in Chinese', () => {
    for (const command of table) {
      expect(command.words[0]).toMatch(/^[a-z ]+$/);
      expect(
        command.words.some((word) => /\p{Script=Han}/u.test(word)),
        command.name,
      ).toBe(true);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { isQuoted, quote, unquote, words } from '../../src/language/words.ts';

const cases: readonly (readonly [typed: string, said: readonly string[]])[] = [
  ['', []],
  ['check vm db0 port 80', ['check', 'vm', 'db0', 'port', '80']],
  ['can app0 reach db0 on 1433?', ['can', 'app0', 'reach', 'db0', 'on', '1433']],
  ['check db0. port 80!!', ['check', 'db0', 'port', '80']],
  ['check db0 ?', ['check', 'db0']],
  ['check https://bing.com/a?b=c', ['check', 'https://bing.com/a?b=c']],
  ['can app0 reach https://bing.com/a?b=c?', ['can', 'app0', 'reach', 'https://bing.com/a?b=c']],
  ['check https://bing.com/a.', ['check', 'https://bing.com/a']],
  ['check app0 -> db0:1433', ['check', 'app0', '->', 'db0:1433']],
  ['check app0->db0', ['check', 'app0', '->', 'db0']],
  ['check app0-->db0', ['check', 'app0', '-->', 'db0']],
  ['check app0=>db0', ['check', 'app0', '=>', 'db0']],
  ['check app0→db0', ['check', 'app0', '→', 'db0']],
  ['check app0 —> db0', ['check', 'app0', '-->', 'db0']],
  ['check app0 > db0', ['check', 'app0', '>', 'db0']],
  ['check my-app--0 - db0', ['check', 'my-app--0', '-', 'db0']],
  ['check app0 — db0', ['check', 'app0', '--', 'db0']],
  ['check —port 80', ['check', '--port', '80']],
  ['check "app 0" \'b\' `c`', ['check', '"app 0"', '"b"', '"c"']],
  ['check “db0”', ['check', '"db0"']],
  ['check "from":80', ['check', '"from:80"']],
  ['check "a"->"b"', ['check', '"a"', '->', '"b"']],
  ['check "a","b c",d', ['check', '"a"', ',', '"b c"', ',d']],
  ['check tier="web shop"', ['check', '"tier=web shop"']],
  ['check "tier=web shop"', ['check', '"tier=web shop"']],
  ['check "a \\"b\\" \\\\"', ['check', '"a \\"b\\" \\\\"']],
  ['check "db0 port 80', ['check', '"db0', 'port', '80']],
  ["can't reach db0's port", ["can't", 'reach', "db0's", 'port']],
  ["on 'db0:3306' (110)", ['on', '"db0:3306"', '(110)']],
  ['`check from app0 to db0`', ['check', 'from', 'app0', 'to', 'db0']],
  ['"check from app0"', ['check', 'from', 'app0']],
  ['检查 从 app0 到 db0 端口 80', ['检查', '从', 'app0', '到', 'db0', '端口', '80']],
  ['检查从app0到db0端口80', ['检查从', 'app0', '到', 'db0', '端口', '80']],
  ['app0能访问db0的1433端口吗？', ['app0', '能访问', 'db0', '的', '1433', '端口吗']],
  ['检查从app0，app1到db0。', ['检查从', 'app0,app1', '到', 'db0']],
  ['检查 源：app0 端口：80', ['检查', '源', 'app0', '端口', '80']],
  ['检查从app0到https://bing.com/a端口443', ['检查从', 'app0', '到', 'https://bing.com/a', '端口', '443']],
  ['检查 "tier=前端"', ['检查', '"tier=前端"']],
  ['a\u200bb \u200b', ['a\u200bb']],
];

describe('words', () => {
  it.each(cases)('%s', (typed, said) => {
    expect(words(typed)).toEqual(said);
  });

  it('keeps what comes after a thousand words in one piece', () => {
    const said = words(`${'a '.repeat(1000)}b c d`);
    expect(said).toHaveLength(1001);
    expect(said.at(-1)).toBe('b c d');
  });
});

describe('quote', () => {
  it.each(['a', 'a b', 'a "b" c', 'back\\slash', 'x\\"', '&lt;', '?a&amp;b'])('%s', (text) => {
    const [, said = ''] = words(`check ${quote(text)}`);
    expect(isQuoted(said)).toBe(true);
    expect(unquote(said)).toBe(text);
  });
});

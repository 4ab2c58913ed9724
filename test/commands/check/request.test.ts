import { describe, expect, it } from 'vitest';
import { type CheckRequest, checkWords, printCheck, readCheck } from '../../../src/commands/check/request.ts';
import type { Target, VmName } from '../../../src/core/check.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { reasons } from '../../../src/language/reasons.ts';
import { isMessageKey, say } from '../../../src/language/say.ts';
import { words } from '../../../src/language/words.ts';

const vm = (name: string, group?: string): VmName => ({ kind: 'vm', name, ...(group === undefined ? {} : { group }) });
const address = (text: string): Target => ({ kind: 'address', address: text });
const host = (name: string): Target => ({ kind: 'host', host: name });
const url = (text: string, name: string, port: number): Target => ({ kind: 'url', url: text, host: name, port });
const tag = (key: string, value: string) => ({ kind: 'tag' as const, key, value });

const of = (parts: Partial<CheckRequest>): CheckRequest => ({ sources: [], destinations: [], ports: [], ...parts });
/** app0 to db0 on these ports. */
const path = (...ports: readonly number[]): CheckRequest =>
  of({ sources: [vm('app0')], destinations: [vm('db0')], ports });
const to = (destination: Target, ...ports: readonly number[]): CheckRequest =>
  of({ destinations: [destination], ports });

function read(typed: string) {
  const found = readCommand(words(typed), [checkWords]);
  return found.ok ? readCheck(found.value.rest) : found;
}

const id =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/ContosoRG/providers/Microsoft.Compute/virtualMachines/db0';
const pasted = { ...vm('db0', 'ContosoRG'), resourceId: id };
const bing = url('https://bing.com', 'bing.com', 443);

const sentences: readonly (readonly [typed: string, request: CheckRequest])[] = [
  // What may be left out.
  ['check', of({})],
  ['check vm db0 port 80', to(vm('db0'), 80)],
  ['check db0', to(vm('db0'))],
  ['check port 80', of({ ports: [80] })],
  ['check from app0', of({ sources: [vm('app0')] })],
  ['check from app0 to db0', path()],
  ['check from app0 port 80', of({ sources: [vm('app0')], ports: [80] })],
  // The forms, and any order.
  ['check from app0 to vm db0 port 80', path(80)],
  ['check from app0 db0 port 80', path(80)],
  ['check -> db0:80', to(vm('db0'), 80)],
  ['check app0 to db0 port 80', path(80)],
  ['check from vm app0 to machine db0 port 80', path(80)],
  ['check from app0 vm to db0 vm port 80', path(80)],
  ['check to db0 from app0 port 80', path(80)],
  ['check port 80 from app0 to db0', path(80)],
  ['check db0 port 80 from app0', path(80)],
  ['check port 80 db0 from app0', path(80)],
  ['check on port 80 from app0 to db0', path(80)],
  ['Check FROM app0 TO db0 PORT 80', path(80)],
  ['check app0 -> db0:1433', path(1433)],
  ['check app0->db0:1433', path(1433)],
  ['check app0 --> db0 port 1433', path(1433)],
  ['check app0 => db0 1433', path(1433)],
  ['check app0 → db0:1433', path(1433)],
  ['check app0 ➡️ db0:1433', path(1433)],
  ['check app0 - db0:1433', path(1433)],
  ['check app0 — db0:1433', path(1433)],
  ['check from app0 -> db0:1433', path(1433)],
  ['check --from app0 --to db0 --port 80', path(80)],
  ['check —from app0 —to db0 —port=80', path(80)],
  ['check --source-resource app0 --dest-resource db0 --dest-port 80', path(80)],
  ['check -p 80 app0 -> db0', path(80)],
  ['check from: app0, to: db0, port: 80', path(80)],
  ['check from=app0 to=db0 port=80', path(80)],
  ['can app0 reach db0 on 1433?', path(1433)],
  ['can app0 connect to db0 on port 1433', path(1433)],
  ['could app0 talk to db0:1433?', path(1433)],
  ['can vm app0 access vm db0 on mssql', path(1433)],
  ["why can't app0 reach db0 on 1433?", path(1433)],
  ['app0 can’t reach db0 on 1433', path(1433)],
  ['is db0 reachable from app0 on 1433?', path(1433)],
  ['check whether app0 can reach db0 on 1433 please', path(1433)],
  ['from app0 to db0 port 80', path(80)],
  ['app0 -> db0:80', path(80)],
  ['can you please check if app0 reaches db0 at 80', path(80)],
  ['check from app0 to db0 port 80 thx', path(80)],
  ['check the connection from app0 to db0 port 80', path(80)],
  ['`check from app0 to db0 port 80`', path(80)],
  ['<at>hopcheck</at>&nbsp;check from “app0” to db0 port 80', path(80)],
  ['check\u00a0from app0 to db0\u00a0port 80.', path(80)],
  ['ｃｈｅｃｋ from app0 to db0 port ８０', path(80)],
  // Ports.
  ['check from app0 to db0 :80', path(80)],
  ['check from app0 to db0 port :80', path(80)],
  ['check from app0 to db0 80', path(80)],
  ['check from app0 to db0:80 port 80', path(80)],
  ['check from app0 to db0 port ssh', path(22)],
  ['check from app0 to db0 on rdp', path(3389)],
  ['check from app0 to db0 mssql', path(1433)],
  ['check from app0 to db0:https', path(443)],
  ['check from app0 to db0 port https', path(443)],
  ['check from app0 to db0 ports 80,443', path(80, 443)],
  ['check from app0 to db0 port 80, 443 and 8080', path(80, 443, 8080)],
  ['check from app0 to db0 ports 80 443', path(80, 443)],
  ['check from app0 to db0 ports 80,80', path(80)],
  ['check from app0 to db0 on tcp 1433', { ...path(1433), protocol: 'Tcp' }],
  ['check from app0 to db0 on tcp/1433', { ...path(1433), protocol: 'Tcp' }],
  ['check from app0 to db0 port 1433/tcp', { ...path(1433), protocol: 'Tcp' }],
  ['check redis port 6379', to(vm('redis'), 6379)],
  ['check from mysql to redis port ssh', of({ sources: [vm('mysql')], destinations: [vm('redis')], ports: [22] })],
  // Places.
  [
    'check from app0 in ContosoRG to db0 in group Data port 80',
    of({ sources: [vm('app0', 'ContosoRG')], destinations: [vm('db0', 'Data')], ports: [80] }),
  ],
  ['check db0 in resource group Data port 80', to(vm('db0', 'Data'), 80)],
  ['check db0 in rg Data:80', to(vm('db0', 'Data'), 80)],
  ['check a.b in Data port 80', to(vm('a.b', 'Data'), 80)],
  [
    'check ContosoRG/app0 -> Data/db0:80',
    of({ sources: [vm('app0', 'ContosoRG')], destinations: [vm('db0', 'Data')], ports: [80] }),
  ],
  ['check vm a.b port 80', to(vm('a.b'), 80)],
  ['check vm 80 port 80', to(vm('80'), 80)],
  ['check vm "to" port 80', to(vm('to'), 80)],
  ['check "port" port 80', to(vm('port'), 80)],
  [
    'check from app0 to 13.107.21.200 port 80',
    of({ sources: [vm('app0')], destinations: [address('13.107.21.200')], ports: [80] }),
  ],
  ['check 10.1.4.4:80', to(address('10.1.4.4'), 80)],
  ['check [fd00::1]:443 over ipv6', { ...to(address('fd00::1'), 443), ipVersion: 'IPv6' }],
  ['check from app0 to https://bing.com', of({ sources: [vm('app0')], destinations: [bing] })],
  ['check from app0 to https://bing.com port 443', of({ sources: [vm('app0')], destinations: [bing], ports: [443] })],
  ['check https://bing.com, please', to(bing)],
  ['check <a href="https://bing.com/">https://bing.com</a>', to(bing)],
  ['check bing.com port 443', to(host('bing.com'), 443)],
  [
    'check from app0 to https://build2017nwdiag360.blob.core.windows.net/',
    of({
      sources: [vm('app0')],
      destinations: [
        url('https://build2017nwdiag360.blob.core.windows.net/', 'build2017nwdiag360.blob.core.windows.net', 443),
      ],
    }),
  ],
  ['check redis://cache.example', to(host('cache.example'), 6379)],
  ['check tcp:foo.database.windows.net,1433', to(host('foo.database.windows.net'), 1433)],
  [`check ${id} port 80`, to(pasted, 80)],
  [`check https://portal.azure.com/#@x/resource${id}/overview port 80`, to(pasted, 80)],
  // Many at once.
  [
    'check from app0,app1 to db0 port 80',
    of({ sources: [vm('app0'), vm('app1')], destinations: [vm('db0')], ports: [80] }),
  ],
  [
    'check from app0, app1 and vm app2 to db0, 10.1.4.4 port 80',
    of({ sources: [vm('app0'), vm('app1'), vm('app2')], destinations: [vm('db0'), address('10.1.4.4')], ports: [80] }),
  ],
  [
    'check app0,APP0 -> db0:80,db1:80',
    of({ sources: [vm('app0')], destinations: [vm('db0'), vm('db1')], ports: [80] }),
  ],
  [
    'check from tier=web to db0 port 80',
    of({ destinations: [vm('db0')], sourceTags: [tag('tier', 'web')], ports: [80] }),
  ],
  [
    'check app0 -> tier=db,env=prod port 1433',
    of({ sources: [vm('app0')], destinationTags: [tag('tier', 'db'), tag('env', 'prod')], ports: [1433] }),
  ],
  [
    'check from "cost center=web shop", app0 to db0',
    of({ sources: [vm('app0')], destinations: [vm('db0')], sourceTags: [tag('cost center', 'web shop')] }),
  ],
  ['check from app0 to db0, https://bing.com', of({ sources: [vm('app0')], destinations: [vm('db0'), bing] })],
  // Protocols and what goes with them.
  ['check from app0 to db0 icmp', { ...path(), protocol: 'Icmp' }],
  ['check from app0 to db0 over icmp', { ...path(), protocol: 'Icmp' }],
  ['ping db0 from app0', { ...path(), protocol: 'Icmp' }],
  ['can app0 ping db0?', { ...path(), protocol: 'Icmp' }],
  ['check from app0 to db0 port 80 tcp', { ...path(80), protocol: 'Tcp' }],
  ['check from app0 to db0 tcp 80', { ...path(80), protocol: 'Tcp' }],
  ['check from app0 to db0 tcp:80', { ...path(80), protocol: 'Tcp' }],
  ['check from app0 to db0 using protocol tcp port 80', { ...path(80), protocol: 'Tcp' }],
  ['check from app0 to db0 https', { ...path(443), protocol: 'Https' }],
  ['check from app0 to db0 http', { ...path(80), protocol: 'Http' }],
  ['check from app0 to db0 over https', { ...path(), protocol: 'Https' }],
  ['check from app0 to db0 https port 8443', { ...path(8443), protocol: 'Https' }],
  [
    'check from app0 to https://bing.com over https',
    { ...of({ sources: [vm('app0')], destinations: [bing] }), protocol: 'Https' },
  ],
  [
    'check from app0 to https://bing.com https',
    { ...of({ sources: [vm('app0')], destinations: [bing] }), protocol: 'Https' },
  ],
  ['check from app0 to db0 port 443 over ipv6', { ...path(443), ipVersion: 'IPv6' }],
  ['check from app0 to db0 port 443 ipv4', { ...path(443), ipVersion: 'IPv4' }],
  [
    'check from app0 to https://shop.example/health expecting 200,204',
    {
      ...of({ sources: [vm('app0')], destinations: [url('https://shop.example/health', 'shop.example', 443)] }),
      validStatusCodes: [200, 204],
    },
  ],
  ['check https://bing.com expecting status codes 200 and 301', { ...to(bing), validStatusCodes: [200, 301] }],
  // Chinese.
  ['检查 从 app0 到 db0 端口 80', path(80)],
  ['检查从app0到db0端口80', path(80)],
  ['检查app0到db0端口80', path(80)],
  ['检查 app0 -> db0:80', path(80)],
  ['检查 到 db0 从 app0 端口 80', path(80)],
  ['检查从虚拟机app0到虚拟机db0的端口80', path(80)],
  ['检查 app0 到 db0 的 80 端口', path(80)],
  ['检查app0到db0的80和443端口', path(80, 443)],
  ['检查从app0到db0端口80、443', path(80, 443)],
  ['检查 源：app0，目标：db0，端口：80', path(80)],
  ['请帮我检查一下从app0到db0端口80，谢谢', path(80)],
  ['app0能访问db0的1433端口吗？', path(1433)],
  ['app0能不能连接到db0的1433端口？', path(1433)],
  ['为什么app0无法访问db0的1433端口？', path(1433)],
  ['从app0访问db0:1433', path(1433)],
  ['app0连不上db0的1433端口', path(1433)],
  ['检查从app0到db0的1433端口，不通', path(1433)],
  ['从app0到db0的1433端口通吗？', path(1433)],
  ['app0 能 ping 通 db0 吗', { ...path(), protocol: 'Icmp' }],
  ['检查从app0到db0端口443通过ipv6', { ...path(443), ipVersion: 'IPv6' }],
  [
    '检查从app0到https://bing.com期望200，204',
    { ...of({ sources: [vm('app0')], destinations: [bing] }), validStatusCodes: [200, 204] },
  ],
  [
    '检查 app0 在 ContosoRG 到 db0 在资源组 Data 端口 80',
    of({ sources: [vm('app0', 'ContosoRG')], destinations: [vm('db0', 'Data')], ports: [80] }),
  ],
  ['检查从app0和app1到db0端口80', of({ sources: [vm('app0'), vm('app1')], destinations: [vm('db0')], ports: [80] })],
  ['检查从"层=前端"到db0端口80', of({ destinations: [vm('db0')], sourceTags: [tag('层', '前端')], ports: [80] })],
  ['检查从app0到db0端口https', path(443)],
  ['检查　从　ａｐｐ０　到　ｄｂ０　端口　８０', path(80)],
];

describe('a check', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const messages: readonly (readonly [typed: string, request: CheckRequest])[] = [
  ['Error: connect ETIMEDOUT 10.1.4.4:1433', to(address('10.1.4.4'), 1433)],
  ['connect ECONNREFUSED ::1:5432', to(address('::1'), 5432)],
  ['connect ENETUNREACH 10.1.4.4:80 - Local (0.0.0.0:0)', to(address('10.1.4.4'), 80)],
  ['Error: getaddrinfo ENOTFOUND db0.internal', to(host('db0.internal'))],
  [
    'SqlException (0x80131904): A network-related or instance-specific error occurred. Server name: tcp:foo.database.windows.net,1433',
    to(host('foo.database.windows.net'), 1433),
  ],
  ['cannot open Data Source=db0,1433;Initial Catalog=x: timeout', to(vm('db0'), 1433)],
  ['curl: (7) Failed to connect to db0 port 80', to(vm('db0'), 80)],
  [
    'curl: (28) Failed to connect to shop.example port 443 after 130000 ms: Couldn’t connect to server',
    to(host('shop.example'), 443),
  ],
  ['curl: (6) Could not resolve host: db0.internal', to(host('db0.internal'))],
  ['* connect to 10.1.4.4 port 80 from 10.0.0.4 port 3333 failed: Connection refused', to(address('10.1.4.4'), 80)],
  ['psql: error: connection to server at "db0" (10.1.4.4), port 5432 failed: Connection refused', to(vm('db0'), 5432)],
  [
    'could not connect to server: Connection timed out\n\tIs the server running on host "db0" (10.1.4.4) and accepting\n\tTCP/IP connections on port 5432?',
    to(vm('db0'), 5432),
  ],
  ['could not translate host name "db0.x.example" to address: Name or service not known', to(host('db0.x.example'))],
  ['ssh: connect to host db0 port 22: Connection timed out', to(vm('db0'), 22)],
  ['ssh: Could not resolve hostname db0: Name or service not known', to(vm('db0'))],
  ['Could not connect to Redis at db0:6379: Connection refused', to(vm('db0'), 6379)],
  ['java.net.ConnectException: Connection refused: db0/10.1.4.4:8080', to(vm('db0'), 8080)],
  ['java.net.ConnectException: Failed to connect to /10.1.4.4:8080', to(address('10.1.4.4'), 8080)],
  ['HttpHostConnectException: Connect to db0:8080 [db0/10.1.4.4] failed: Connection refused', to(vm('db0'), 8080)],
  ['SQLServerException: The TCP/IP connection to the host db0, port 1433 has failed.', to(vm('db0'), 1433)],
  ['PSQLException: Connection to db0:5432 refused. Check that the hostname and port are correct', to(vm('db0'), 5432)],
  ['java.net.UnknownHostException: db0.internal', to(host('db0.internal'))],
  ['Connection to node -1 (db0/10.1.4.4:9092) could not be established.', to(vm('db0'), 9092)],
  ['dial tcp 10.1.4.4:5432: connect: connection refused', to(address('10.1.4.4'), 5432)],
  ['dial tcp [fd00::1]:443: connect: no route to host', to(address('fd00::1'), 443)],
  ['dial tcp: lookup db0.internal on 168.63.129.16:53: no such host', to(host('db0.internal'))],
  ['Get "https://shop.example/v2/": dial tcp 1.2.3.4:443: i/o timeout', to(address('1.2.3.4'), 443)],
  ['read tcp 10.0.0.4:51000->10.1.4.4:80: i/o timeout', to(address('10.1.4.4'), 80)],
  ['nc: connect to db0 (10.1.4.4) port 80 (tcp) failed: Connection refused', to(vm('db0'), 80)],
  ["ERROR 2003 (HY000): Can't connect to MySQL server on 'db0:3306' (110)", to(vm('db0'), 3306)],
  ["ERROR 2003 (HY000): Can't connect to MySQL server on 'db0' (110)", to(vm('db0'))],
  [
    "HTTPSConnectionPool(host='shop.example', port=443): Max retries exceeded with url: /",
    to(host('shop.example'), 443),
  ],
  ['Connecting to db0 (db0)|10.1.4.4|:80... failed: Connection refused.', to(vm('db0'), 80)],
  ['System.Net.Http.HttpRequestException: Connection refused (db0:443)', to(vm('db0'), 443)],
  [
    'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
    to(address('10.0.0.1'), 6443),
  ],
  [
    "fatal: unable to access 'https://git.example/x/': Failed to connect to git.example port 443: Timed out",
    to(host('git.example'), 443),
  ],
  ['WARNING: TCP connect to (10.1.4.4 : 1433) failed', to(address('10.1.4.4'), 1433)],
  [
    'connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, upstream: "http://10.1.4.4:8080/"',
    to(url('http://10.1.4.4:8080/', '10.1.4.4', 8080)),
  ],
  ['postgresql://user:secret@db0.example:5432/app connection refused', to(host('db0.example'), 5432)],
  ['10.1.4.4:1433 timed out', to(address('10.1.4.4'), 1433)],
  ['check connect ETIMEDOUT 10.1.4.4:1433', to(address('10.1.4.4'), 1433)],
];

describe('a pasted error message', () => {
  it.each(messages)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });

  it.each([
    'something failed',
    'Connection timed out',
    'error: db0',
    'telnet: Unable to connect to remote host: No route to host',
  ])('that names no destination: %s', (typed) => {
    expect(read(typed).ok).toBe(false);
  });

  it('does not replace a question that was asked', () => {
    expect(read('check from app0 to db0:80 refused')).toMatchObject({
      ok: false,
      problem: { facts: { text: 'refused' } },
    });
    expect(read('check app0 to db0:80 timed out')).toMatchObject({
      ok: false,
      problem: { facts: { text: 'timed out' } },
    });
  });
});

const refusals: readonly (readonly [typed: string, text: string, why?: string])[] = [
  ['check app0 db0 port 80', 'app0 db0'],
  ['check from app0 to db0 hello world port 80', 'hello world'],
  ['check from app0 to db0 service mssql', 'service mssql'],
  ['check between app0 and db0 port 80', 'between app0'],
  ['check from to db0 port 80', 'from'],
  ['check from app0 to', 'to'],
  ['check from', 'from'],
  ['check app0 ->', '->'],
  ['check -> db0 ->', '->'],
  ['check db0 port', 'port'],
  ['check db0 on', 'on'],
  ['check db0 over', 'over'],
  ['check db0 expecting', 'expecting'],
  ['check db0 expecting 99', 'expecting 99'],
  ['check db0 expecting ok', 'expecting ok'],
  ['check vm', 'vm'],
  ['check vm from', 'vm'],
  ['check db0 in', 'in'],
  ['check db0 every 5m', 'every 5m'],
  ['check db0, port 80,, 443', ','],
  ['check , db0', ', db0'],
  ['check from app0 to db0 inbound', 'inbound'],
  ['check from app0 to db0 --fast', '--fast'],
  ['check from app0 to 10.1.4 port 80', '10.1.4'],
  ['check from app0 to app$0 port 80', 'app$0'],
  ['check from app\u200b0 to db0 port 80', 'app<U+200B>0', 'INVISIBLE'],
  ['check from app0 to db\u202e0 port 80', 'db<U+202E>0', 'INVISIBLE'],
  ['check from app0 to db0 from app1', 'app1', 'SECOND_SOURCE'],
  ['check app2 from app0 to db0', 'app2', 'SECOND_DESTINATION'],
  ['check db0 port 80 to app0', 'db0', 'SECOND_DESTINATION'],
  ['check db0 port 80 - urgent', '- urgent'],
  ['check from app0 port 80 - urgent', '- urgent'],
  ['check app0 on 80 reach db0', 'reach db0'],
  ['check reach db0', 'reach db0'],
  ['check from app0 to db0 to db1', 'db1', 'SECOND_DESTINATION'],
  ['check from app0 to db0 port 80 port 443', 'port 443', 'SECOND_PORT'],
  ['check from app0 to db0 port 80 443', '443', 'SECOND_PORT'],
  ['check from app0 to db0 port 80 on tcp 443', '443', 'SECOND_PORT'],
  ['check from app0 to db0 port 80 on 443', 'on 443', 'SECOND_PORT'],
  ['check from app0 to db0 port 80 on port 443', 'port 443', 'SECOND_PORT'],
  ['check from app0 to db0 port 80 on fire', 'on fire'],
  ['check from app0 to db0 port 80 at a bad time', 'at a bad time'],
  ['check from app0 to db0 port 80 on port fire', 'port fire'],
  ['check from app0 to db0 port 80 on fire over tcp', 'on fire'],
  ['check from app0 to db0:80 on fire', 'on fire'],
  ['check from app0 to https://bing.com on fire', 'on fire'],
  ['check on 80 from app0 to db0 on fire', 'on fire'],
  ['check from app0 to db0:80 port 443', 'db0:80, port 443', 'SECOND_PORT'],
  ['check from app0 to db0:80 ports 80,443', 'db0:80, port 80,443', 'SECOND_PORT'],
  ['check from app0 to db0:80,db1:443', 'db1:443', 'SECOND_PORT'],
  ['check from app0 to db0:80,db1', 'db1', 'PORT_FOR_ONE'],
  ['check from app0 to db0,db1:80', 'db0', 'PORT_FOR_ONE'],
  ['check from app0 to https://a.example,db0 port 443', 'https://a.example,db0'],
  ['check from app0 to db0 tcp http port 80', 'http', 'SECOND_PROTOCOL'],
  ['check from 10.1.1.1 to db0 port 80', '10.1.1.1', 'SOURCE_NOT_VM'],
  ['check from app.0 to db0 port 80', 'app.0'],
  ['check from app.x to db0 port 80', 'app.x', 'SOURCE_NOT_VM'],
  ['check from https://bing.com to db0 port 80', 'https://bing.com', 'SOURCE_NOT_VM'],
  ['check from app0:80 to db0', 'app0:80', 'SOURCE_PORT'],
  ['check from app0 to db0 icmp port 80', 'icmp, port 80', 'ICMP_PORT'],
  ['check from app0 to db0:80 icmp', 'icmp, port 80', 'ICMP_PORT'],
  ['check from app0 to https://bing.com icmp', 'https://bing.com, icmp', 'ICMP_PORT'],
  ['check from app0 to https://bing.com port 80', 'https://bing.com, port 80', 'URL_PORT'],
  ['check from app0 to db0:80,https://bing.com', 'https://bing.com, port 80', 'URL_PORT'],
  ['check from app0 to https://bing.com over http', 'https://bing.com, http', 'URL_PROTOCOL'],
  ['check from app0 to https://user:secret@bing.com', 'https://…@bing.com', 'URL_CREDENTIALS'],
  ['check from app0 to db0 udp 53', 'udp', 'UDP_NOT_CHECKED'],
  ['check from app0 to db0 port 80 over icmp', 'icmp, port 80', 'ICMP_PORT'],
  ['check from app0 to db0 tcp port 80 expecting 200', 'tcp', 'STATUS_NEEDS_HTTP'],
  ['check from app0 to fd00::1 port 80 over ipv4', 'fd00::1, IPv4', 'IP_VERSION'],
  ['check from app0 to db0 ipv4 ipv6', 'ipv6', 'IP_VERSION'],
  ['check from app0 to bing.com/search', 'bing.com/search', 'HOST_OR_GROUP'],
  ['检查从app0到db0端口80你说呢', '你说'],
  ['检查 从 app0 到 db0 端口 80 端口 443', '端口 443', 'SECOND_PORT'],
];

describe('a refusal', () => {
  it.each(refusals.map(([typed, text, why = '']) => ({ typed, text, why })))('$typed', ({ typed, text, why }) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({
      code: 'NOT_UNDERSTOOD',
      facts: why ? { text, why } : { text },
      example: /\p{Script=Han}/u.test(typed)
        ? '检查 从 app0 到 虚拟机 db0 端口 80'
        : 'check from app0 to vm db0 port 80',
    });
    if (!reading.ok && !why) expect(reading.problem.facts).not.toHaveProperty('why');
  });

  it.each<readonly [string, string]>([
    ['check db0 port 0', '0'],
    ['check db0 port 65536', '65536'],
    ['check db0 port 80-443', '80-443'],
    ['check db0 on 14e3', '14e3'],
    ['check db0 on fire', 'fire'],
    ['check db0 port 80 on 70000', '70000'],
    ['check db0:70000', '70000'],
  ])('of a port: %s', (typed, text) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'PORT_INVALID', facts: { text } });
  });

  it.each<readonly [string, string]>([
    ['check from app0 too db0 port 80', 'check from app0 to db0 port 80'],
    ['check form app0 to db0 port 80', 'check from app0 to db0 port 80'],
    ['check from app0 to db0 prot 80', 'check from app0 to db0 port 80'],
    ['check from app0 to db0 port htps', 'check from app0 to db0 port https'],
    ['check app0->db0:htps', 'check app0 -> db0:https'],
    ['check from app0 to db0 port 443 ovr ipv6', 'check from app0 to db0 port 443 over ipv6'],
  ])('offers the sentence put right: %s', (typed, corrected) => {
    const reading = read(typed);
    expect(reading.ok ? [] : reading.problem.suggestions).toContain(corrected);
    expect(read(corrected).ok).toBe(true);
  });

  it('takes no word of the grammar for a typo of another', () => {
    const reading = read('check from app0 to db0:80 on fire');
    expect(reading.ok || reading.problem.suggestions).toBeUndefined();
  });

  it('speaks the language it is told to', () => {
    const reading = readCheck(words('from'), 'zh');
    expect(reading.ok ? '' : reading.problem.example).toBe('检查 从 app0 到 虚拟机 db0 端口 80');
  });

  it.each(reasons)('has a sentence for %s', (reason) => {
    const key = `why.${reason}`;
    expect(isMessageKey(key)).toBe(true);
    if (isMessageKey(key)) for (const locale of ['en', 'zh'] as const) expect(say(locale, key)).not.toBe('');
  });
});

describe('a printed check', () => {
  it.each<readonly [CheckRequest, en: string, zh: string]>([
    [of({}), 'check', '检查'],
    [path(80), 'check from app0 to db0 port 80', '检查 从 app0 到 db0 端口 80'],
    [path(80, 443), 'check from app0 to db0 ports 80,443', '检查 从 app0 到 db0 端口 80,443'],
    [to(vm('a.b', 'Data'), 80), 'check to Data/a.b port 80', '检查 到 Data/a.b 端口 80'],
    [to(vm('to')), 'check to "to"', '检查 到 "to"'],
    [to(vm('10.1.4.4')), 'check to vm 10.1.4.4', '检查 到 vm 10.1.4.4'],
    [to(pasted), `check to ${id}`, `检查 到 ${id}`],
    [{ ...path(), protocol: 'Icmp' }, 'check from app0 to db0 over icmp', '检查 从 app0 到 db0 通过 icmp'],
    [
      to(url('https://a.example/?x&lt;', 'a.example', 443)),
      'check to "https://a.example/?x&amp;lt;"',
      '检查 到 "https://a.example/?x&amp;lt;"',
    ],
  ])('%o', (request, en, zh) => {
    expect(printCheck(request)).toBe(en);
    expect(printCheck(request, 'zh')).toBe(zh);
    expect(read(en)).toEqual({ ok: true, value: request });
    expect(read(zh)).toEqual({ ok: true, value: request });
  });
});

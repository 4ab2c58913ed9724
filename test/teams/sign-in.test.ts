import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../src/web/conversations.ts';
import { appId } from '../security/support/door.ts';
import { connectionName, exchangeUri } from '../security/support/token-office.ts';
import { cardOf, summaryOf, textsOf } from '../support/app.ts';
import { channelId, groupId, operator, outsider, type Stage, startStage, stranger } from './sign-in-stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const question = 'check from MultiTierApp0 to vm Database0 port 1433';
const asked = (what: string) => stage.framework.tokens.asked.filter((one) => one.what === what).length;
const exchangedFor = () =>
  stage.framework.authority.asked.filter(({ form }) => form.requested_token_use === 'on_behalf_of');
const last = (conversationId: string) => stage.said(conversationId).at(-1);

beforeEach(() => {
  const { tokens } = stage.framework;
  tokens.asked.length = 0;
  stage.framework.authority.asked.length = 0;
  tokens.exchange = (token) => token;
  stage.simulator.clearFaults();
  stage.logged.length = 0;
});

describe('in a personal chat', () => {
  test('a question before the sign-in goes on by itself, with the person’s own rights', async () => {
    expect(await stage.says(operator, question)).toMatchObject({ status: 200 });
    const invitation = await stage.invitation(operator.chat);
    expect(invitation.activity.attachments).toMatchObject([
      {
        content: {
          connectionName,
          tokenExchangeResource: { uri: exchangeUri },
          buttons: [{ type: 'signin', value: expect.stringMatching(/^https:\/\/token\.botframework\.com\//) }],
        },
      },
    ]);
    expect(exchangedFor()).toEqual([]);
    const answer = await stage.exchanges(operator, 'first');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ id: 'first', connectionName });
    expect(summaryOf(await stage.result(operator.chat, invitation))).toMatch(/^Reachable: MultiTierApp0/);
    expect(exchangedFor()).toMatchObject([
      {
        path: `/${stage.simulator.topology.tenantId}/oauth2/v2.0/token`,
        form: {
          client_id: appId,
          client_secret: 'client-secret',
          scope: expect.stringContaining('https://management.azure.com/.default'),
        },
      },
    ]);
    expect(new Set(stage.framework.tokens.presented)).toEqual(new Set(['Bearer connector-token']));
  });

  test('the sign-in lasts: the next question asks neither the person nor the directory', async () => {
    const before = last(operator.chat);
    await stage.says(operator, 'check from MultiTierApp0 to vm Database0 port 3389');
    expect(summaryOf(await stage.result(operator.chat, before))).toMatch(/3389/);
    expect([asked('invite'), exchangedFor().length]).toEqual([0, 0]);
  });

  test('each of the person’s clients exchanges: it is done once, and the question goes on once', async () => {
    stage.framework.tokens.kept.delete(outsider.id);
    await stage.says(outsider, question);
    const invitation = await stage.invitation(outsider.chat);
    const answers = await Promise.all(Array.from({ length: 4 }, () => stage.exchanges(outsider, 'many')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect([asked('exchange'), exchangedFor().length]).toEqual([1, 1]);
    const result = await stage.result(outsider.chat, invitation);
    expect(textsOf(cardOf(result)).join(' ')).not.toContain('Reachable');
    expect(stage.said(outsider.chat)).toHaveLength(2);
    expect((await stage.exchanges(outsider, 'many')).status).toBe(200);
    expect(asked('exchange')).toBe(1);
  });

  test('help asks nobody to sign in', async () => {
    const before = last(operator.chat);
    stage.framework.tokens.kept.delete(operator.id);
    await stage.restart();
    await stage.says(operator, 'help');
    expect(summaryOf(await stage.result(operator.chat, before))).toMatch(/hopcheck/i);
    expect(asked('fetch')).toBe(0);
  });
});

test('in a group chat each person signs in for themselves, there', async () => {
  await stage.says(stranger, 'vms', 'group');
  await stage.invitation(groupId);
  expect((await stage.exchanges(stranger, 'in the group', 'group')).status).toBe(200);
  expect(summaryOf(await stage.result(groupId))).toBe('9 VMs');
  stage.framework.tokens.kept.delete(stranger.id);
});

describe('from a channel', () => {
  test('the person signs in in their own chat, and the notice becomes the answer', async () => {
    stage.framework.tokens.kept.delete(operator.id);
    await stage.restart();
    const before = last(operator.chat);
    await stage.says(operator, question, 'channel');
    const notice = await stage.result(channelId);
    expect(textsOf(cardOf(notice)).join(' ')).toContain('in your own chat with me');
    const invitation = await stage.invitation(operator.chat, before);
    expect((await stage.exchanges(operator, 'from the channel')).status).toBe(200);
    const answer = await stage.framework.connector.waitFor(
      (message) => message.id === notice.id && /^Reachable/.test(summaryOf(message)),
      8000,
    );
    expect(answer.conversationId).toBe(channelId);
    expect(stage.said(channelId)).toHaveLength(1);
    expect(last(operator.chat)?.id).toBe(invitation.id);
  });

  test('who has no chat with the bot is told what to do, and the question waits all the same', async () => {
    const before = last(channelId);
    await stage.says(stranger, question, 'channel');
    const notice = await stage.result(channelId, before);
    expect(textsOf(cardOf(notice)).join(' ')).toMatch(/not installed for you: add me under Apps/);
    expect(asked('invite')).toBe(0);
    const { connector } = stage.framework;
    connector.open({ id: stranger.chat, kind: 'personal', members: [{ id: stranger.id, name: 'stranger' }] });
    await stage.restart();
    await stage.adds(stranger);
    await stage.invitation(stranger.chat);
    expect((await stage.exchanges(stranger, 'late')).status).toBe(200);
    await connector.waitFor((message) => message.id === notice.id && /^Reachable/.test(summaryOf(message)), 8000);
  });

  test('a button pressed by who has not signed in waits, and what they may not see reads as not there', async () => {
    const card = stage.said(channelId)[0];
    if (!card) throw new Error('the channel has an answer');
    const before = last(outsider.chat);
    // Where what they may see is still being read, they are told so.
    const raw = async (person: typeof operator) => (await stage.presses(person, card, 'raw')).body;
    await expect.poll(() => raw(outsider)).toContain('does nothing any more');
    await expect.poll(() => raw(operator)).toContain('card.adaptive');
    stage.framework.tokens.kept.delete(outsider.id);
    await stage.restart();
    const held = await stage.presses(outsider, card, 'run-again');
    expect(JSON.parse(held.body)).toMatchObject({ value: expect.stringContaining('in your own chat with me') });
    await stage.invitation(outsider.chat, before);
    const latest = last(channelId);
    await stage.exchanges(outsider, 'pressed');
    const words = textsOf(cardOf(await stage.result(channelId, latest))).join(' ');
    expect(words).toMatch(/not a VM I can see|cannot see any/i);
  });
});

describe('a sign-in that is not enough', () => {
  test('of another person is dropped, and nobody’s rights are used', async () => {
    const { tokens } = stage.framework;
    tokens.kept.delete(operator.id);
    await stage.restart();
    const before = last(operator.chat);
    await stage.says(operator, question);
    const invitation = await stage.invitation(operator.chat, before);
    const foreign = await stage.tokenOf(stranger);
    tokens.exchange = () => foreign;
    await stage.exchanges(operator, 'foreign');
    const words = textsOf(cardOf(await stage.result(operator.chat, invitation))).join(' ');
    expect(words).toContain('another account');
    expect([exchangedFor().length, tokens.kept.has(operator.id), asked('forget')]).toEqual([0, false, 1]);
    expect(stage.logged).toContainEqual({
      level: 'warn',
      message: 'sign-in failed',
      facts: {
        person: operator.objectId,
        tenant: stage.simulator.topology.tenantId,
        reason: 'the token is another person’s',
      },
    });
  });

  test('is made by hand the next time, with the code of the sign-in page', async () => {
    const { tokens } = stage.framework;
    const before = last(operator.chat);
    await stage.says(operator, 'check from MultiTierApp0 to vm Database0 port 3389');
    const invitation = await stage.invitation(operator.chat, before);
    expect(JSON.stringify(invitation.activity)).not.toContain('tokenExchangeResource');
    expect((await stage.exchanges(operator, 'silent')).status).toBe(412);
    expect((await stage.invokes(operator, 'signin/verifyState', { state: '000000' })).status).toBe(404);
    expect((await stage.invokes(operator, 'signin/verifyState', { state: 'CancelledByUser' })).status).toBe(200);
    tokens.codes.set('123456', await stage.tokenOf(operator));
    expect((await stage.invokes(operator, 'signin/verifyState', { state: '123456' })).status).toBe(200);
    const { connector } = stage.framework;
    for (const port of ['1433', '3389']) {
      await connector.waitFor(
        (message) =>
          Number(message.id) > Number(invitation.id) && new RegExp(`^Reachable.*${port}`).test(summaryOf(message)),
        8000,
      );
    }
    expect(asked('exchange')).toBe(0);
  });

  test('for Azure itself ends the job and becomes a new sign-in, once', async () => {
    const before = last(operator.chat);
    stage.simulator.plant({ on: 'connectivityCheck', fault: { kind: 'moreClaims' } });
    await stage.says(operator, question);
    const ended = await stage.result(operator.chat, before);
    const words = textsOf(cardOf(ended)).join(' ');
    expect(words).toContain('You have to sign in again');
    expect(stage.simulator.faultsHappened.filter(({ kind }) => kind === 'moreClaims')).toHaveLength(1);
    expect(asked('forget')).toBe(1);
    const held = await stage.presses(operator, ended, 'run-again');
    expect(JSON.parse(held.body)).toMatchObject({ value: expect.stringContaining('sign in first') });
    const invitation = await stage.invitation(operator.chat, ended);
    expect(JSON.stringify(invitation.activity)).not.toContain('tokenExchangeResource');
    stage.framework.tokens.codes.set('234567', await stage.tokenOf(operator));
    await stage.invokes(operator, 'signin/verifyState', { state: '234567' });
    expect(summaryOf(await stage.result(operator.chat, invitation))).toMatch(/^Reachable/);
  });

  test('for the exchange shows the button', async () => {
    const { tokens, authority } = stage.framework;
    const { answer } = authority;
    tokens.kept.clear();
    await stage.restart();
    const before = last(operator.chat);
    await stage.says(operator, question);
    await stage.invitation(operator.chat, before);
    authority.answer = (request) =>
      request.form.requested_token_use === 'on_behalf_of'
        ? {
            status: 400,
            body: {
              error: 'invalid_grant',
              suberror: 'basic_action',
              error_description: 'AADSTS50076: MFA.',
              claims: '{"access_token":{}}',
            },
          }
        : 'connector-token';
    await stage.exchanges(operator, 'interaction');
    expect(exchangedFor()).toHaveLength(1);
    await expect.poll(() => asked('forget')).toBe(1);
    expect(JSON.stringify(stage.logged)).toContain('AADSTS50076');
    authority.answer = answer;
  });

  test('that the client cannot make without asking is asked for by hand', async () => {
    const { tokens } = stage.framework;
    tokens.kept.delete(stranger.id);
    await stage.restart();
    const before = last(stranger.chat);
    await stage.says(stranger, question);
    const silent = await stage.invitation(stranger.chat, before);
    expect(
      (await stage.invokes(stranger, 'signin/failure', { code: 'resourcematchfailed', message: 'x' })).status,
    ).toBe(200);
    const byHand = await stage.invitation(stranger.chat, silent);
    expect(JSON.stringify(byHand.activity)).not.toContain('tokenExchangeResource');
    expect((await stage.invokes(stranger, 'signin/failure', { code: 'resourcematchfailed' })).status).toBe(200);
    expect(last(stranger.chat)?.id).toBe(byHand.id);
    expect(JSON.stringify(stage.logged)).toContain('resourcematchfailed');
  });

  test('and who cannot be told apart is refused', async () => {
    const nobody = { ...operator, id: '29:nobody', objectId: '' };
    const before = last(operator.chat);
    await stage.says(nobody, question);
    const words = textsOf(cardOf(await stage.result(operator.chat, before))).join(' ');
    expect(words).toContain('does not say which account');
  });
});

test('a token for Azure itself is used as it is, and a job that outlives its sign-in says so', async () => {
  const { tokens } = stage.framework;
  const { topology } = stage.simulator;
  const { token } = stage.simulator.token('stranger');
  tokens.codes.set('345678', token);
  const before = last(stranger.chat);
  await stage.invokes(stranger, 'signin/verifyState', { state: '345678' });
  expect(summaryOf(await stage.result(stranger.chat, before))).toMatch(/^Reachable/);
  expect(exchangedFor()).toEqual([]);
  const latest = last(stranger.chat);
  stage.simulator.plant({ on: 'connectivityCheck', fault: { kind: 'endless' } });
  await stage.says(stranger, question);
  await expect.poll(() => stage.simulator.faultsHappened.length).toBeGreaterThan(0);
  tokens.kept.clear();
  await stage.restart();
  const ended = await stage.result(stranger.chat, latest);
  expect(textsOf(cardOf(ended)).join(' ')).toContain('You have to sign in again');
  expect(topology.principals.map(({ name }) => name)).toContain('stranger');
});

describe('signing out', () => {
  const signIn = async (code: string) => {
    stage.framework.tokens.codes.set(code, await stage.tokenOf(operator));
    expect((await stage.invokes(operator, 'signin/verifyState', { state: code })).status).toBe(200);
  };
  const hears = async (text: string) => {
    const before = last(operator.chat);
    await stage.says(operator, text);
    return summaryOf(await stage.result(operator.chat, before));
  };

  test.each([
    ['sign out', '567890'],
    ['退出登录', '678901'],
  ])('%s: the token service forgets, and the next sign-in is made by hand', async (words, code) => {
    const { tokens } = stage.framework;
    await signIn(code);
    expect(await hears('vms')).toBe('9 VMs');
    expect(await hears(words)).toMatch(/You are signed out/);
    expect([asked('forget'), tokens.kept.has(operator.id)]).toEqual([1, false]);
    const before = last(operator.chat);
    await stage.says(operator, 'vms');
    const invitation = await stage.invitation(operator.chat, before);
    expect(invitation.activity.attachments).not.toMatchObject([{ content: { tokenExchangeResource: {} } }]);
    expect((await stage.exchanges(operator, `after ${words}`)).status).toBe(412);
    expect(asked('exchange')).toBe(0);
    await signIn(`${code}1`);
    expect(summaryOf(await stage.result(operator.chat, invitation))).toBe('9 VMs');
  });

  test('says where the token service did not take it', async () => {
    stage.framework.tokens.signOut = 503;
    expect(await hears('sign out')).toMatch(/may keep it still/);
    stage.framework.tokens.signOut = 200;
    expect(await hears('sign out')).toMatch(/You are signed out/);
    expect(stage.logged.map(({ message }) => message)).toContain('sign-in failed');
  });

  test('is among the commands, and takes nothing', async () => {
    const before = last(operator.chat);
    await stage.says(operator, 'help');
    expect(textsOf(cardOf(await stage.result(operator.chat, before))).join('\n')).toContain('sign out');
    expect(await hears('sign out db0')).not.toMatch(/signed out/);
  });
});

test('a watch begins with its owner’s rights: nobody watches what they may not see', async () => {
  const before = last(channelId);
  await stage.says(outsider, 'watch app0 to db0 port 1433 every 1m', 'channel');
  const { id } = await stage.result(channelId, before);
  stage.framework.tokens.codes.set('456789', await stage.tokenOf(outsider));
  await stage.invokes(outsider, 'signin/verifyState', { state: '456789' });
  const isRefusal = (message: Message) => message.id === id && /cannot see any/.test(summaryOf(message));
  await stage.framework.connector.waitFor(isRefusal, 8000);
});

test('the token service was asked nothing that it does not know', () => {
  expect(stage.framework.tokens.asked.filter(({ what }) => what === 'unknown')).toEqual([]);
});

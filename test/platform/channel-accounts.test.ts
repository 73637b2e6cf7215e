// A slip in what the operator holds for a channel: that channel cannot be used, which is said; nothing fails for it.
import { expect, it } from 'vitest';
import { channels } from '../../edge-worker/channels/_registry.ts';
import { accountOf, problemsOf } from '../../edge-worker/platform/channel-accounts.ts';

const mail = channels.find(({ name }) => name === 'mail')!;

it.each([
  ['{"mail":', 'CHANNELS is not JSON'],
  ['["mail"]', 'CHANNELS is not an object'],
  ['{"mail":"token"}', 'CHANNELS is not an object'],
  ['{"mail":{"from":"a@b.example"}}', 'CHANNELS lacks, or has wrong: mail.serverToken'],
])('%s leaves the channel unusable, and the problem has a name', (CHANNELS, problem) => {
  expect(accountOf({ CHANNELS }, mail)).toBeNull();
  expect(problemsOf(CHANNELS).join()).toContain(problem);
});

it('What is as it should be, or not there at all, is no problem', () => {
  const CHANNELS = '{"mail":{"from":"a@b.example","serverToken":"t"}}';
  expect(accountOf({ CHANNELS }, mail)).toMatchObject({ serverToken: 't' });
  expect([problemsOf(CHANNELS), problemsOf(undefined)]).toEqual([[], []]);
  expect(accountOf({}, mail)).toBeNull();
});

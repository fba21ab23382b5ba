import { describe, expect, test } from 'vitest';

import { parseCommand } from '../../src/slack/command/command-text.ts';
import { commandWords, exampleOf, sayHelp, sayUsage } from '../../src/slack/command/help.ts';

const environments = ['shop', 'shop-production', 'denodo-production'];
const form = (selection: string[], environment: string | null, when = '') => ({
  do: 'form',
  selection,
  environment,
  when,
});

describe('a request behind /deploy', () => {
  test.each([
    ['', form([], null)],
    ['shop@2', form(['shop@2'], null)],
    [
      'customer360@2 to denodo-production tomorrow 21:00',
      form(['customer360@2'], 'denodo-production', 'tomorrow 21:00'),
    ],
    ['a@1, b@2 to shop', form(['a@1', 'b@2'], 'shop')],
    ['a@1,b@2 to shop', form(['a@1', 'b@2'], 'shop')],
    ['a@1 b@2 TO Shop-Production', form(['a@1', 'b@2'], 'shop-production')],
    ['shop shop@2', form(['shop@2'], 'shop')],
    ['shop, shop@2 tonight 9pm', form(['shop@2'], 'shop', 'tonight 9pm')],
    ['to shop shop@2 fri 21:00', form(['shop@2'], 'shop', 'fri 21:00')],
    ['shop@2 shop', form(['shop@2'], 'shop')],
    ['shop@2 shop in 2 hours', form(['shop@2'], 'shop', 'in 2 hours')],
    ['shop@2 → shop', form(['shop@2'], 'shop')],
    ['shop@2->shop 21:00', form(['shop@2'], 'shop', '21:00')],
    ['deploy shop@2 to shop', form(['shop@2'], 'shop')],
    ['shop@2 tomorrow 21:00', form(['shop@2'], null, 'tomorrow 21:00')],
    ['shop@2 in an hour', form(['shop@2'], null, 'in an hour')],
    ['shop@2 on friday 9pm', form(['shop@2'], null, 'on friday 9pm')],
    ['shop@2 dec 24 20:00', form(['shop@2'], null, 'dec 24 20:00')],
    ['shop@2 next window', form(['shop@2'], null, 'next window')],
    ['shop@2 shpo', form(['shop@2'], 'shpo')],
  ])('%j opens the form with it, in whichever order it is typed', (text, command) => {
    expect(parseCommand(text, environments)).toEqual(command);
  });

  test('takes a name that could be a day for the environment that is called so', () => {
    expect(parseCommand('shop@2 sun', ['sun'])).toEqual(form(['shop@2'], 'sun'));
    expect(parseCommand('shop@2 sun 21:00', environments)).toEqual(form(['shop@2'], null, 'sun 21:00'));
  });
});

describe('a command behind /deploy', () => {
  test.each([
    ['list', { do: 'list' }],
    ['SHOW #1042', { do: 'show', number: 1042 }],
    ['#1042', { do: 'show', number: 1042 }],
    ['why 1042,', { do: 'why', number: 1042 }],
    ['cancel 7', { do: 'cancel', number: 7 }],
    ['Rollback #7', { do: 'rollback', number: 7 }],
    ['retry 7', { do: 'retry', number: 7, choice: 'remaining' }],
    ['retry #7 Only failed', { do: 'retry', number: 7, choice: 'failed' }],
    ['retry 7 web-4, web-3', { do: 'retry', number: 7, choice: { servers: ['web-4', 'web-3'] } }],
    ['retry 7 ,', { do: 'retry', number: 7, choice: { servers: [] } }],
    ['status', { do: 'status', environment: null }],
    ['STATUS Shop', { do: 'status', environment: 'shop' }],
    ['history shop', { do: 'history', environment: 'shop' }],
    ['lock shop', { do: 'lock', environment: 'shop', reason: '' }],
    ['LOCK Shop moving to @b', { do: 'lock', environment: 'shop', reason: 'moving to @b' }],
    ['unlock shop', { do: 'unlock', environment: 'shop' }],
    ['halt', { do: 'halt', reason: '' }],
    ['halt it burns', { do: 'halt', reason: 'it burns' }],
    ['revisions', { do: 'revisions', search: '' }],
    ['revisions customer@1 x', { do: 'revisions', search: 'customer@1 x' }],
    ['doctor', { do: 'doctor' }],
    ['help', { do: 'help', about: null }],
    ['help LOCK', { do: 'help', about: 'lock' }],
  ])('%j is understood', (text, command) => {
    expect(parseCommand(text, environments)).toEqual(command);
  });

  test.each([
    ['retyr 7', 'retry'],
    ['cancle 7', 'cancel'],
    ['lcok shop', 'lock'],
    ['statsu shop', 'status'],
    ['qwertz now', null],
    ['two words shop@2', null],
    ['<@U0ANA> shop', null],
  ])('%j is answered with the nearest command', (text, near) => {
    expect(parseCommand(text, environments)).toEqual({ do: 'unknown', near });
  });

  test.each([
    ['unlock', 'unlock'],
    ['history', 'history'],
    ['show me', 'show'],
    ['cancel 7 8', 'cancel'],
    ['list all of it', 'list'],
  ])('%j is that command, and lacks something', (text, word) => {
    expect(parseCommand(text, environments)).toEqual({ do: 'incomplete', word });
  });
});

describe('help', () => {
  const names = { environment: 'shop', revision: 'shop@2', number: 7 };

  test('has a line for every command, in one section of Slack', () => {
    const help = sayHelp(null, names);
    for (const word of commandWords.filter((each) => each !== 'help')) expect(help).toContain(`\`${word}`);
    expect(help.length).toBeLessThan(3_000);
    expect(help).toContain('/deploy shop@2 to shop tomorrow 21:00');
  });

  test.each([
    [
      'history',
      'It is typed as `/deploy history E`, with E an environment. For example: `/deploy history shop`',
    ],
    [
      'show',
      'It is typed as `/deploy show N`, with N the number of a deployment. For example: `/deploy show 7`',
    ],
    ['list', 'It is typed as `/deploy list [tonight]`. For example: `/deploy list`'],
  ])('says how %s is typed to whom something is missing', (word, said) => {
    expect(sayUsage(word, names)).toBe(said);
  });

  test('about one command says only that one', () => {
    expect(sayHelp('lock', names)).toBe(
      '`/deploy lock E REASON` nothing begins there; what has begun goes on.\nFor example: `/deploy lock shop the database is being moved`',
    );
  });

  test.each([...commandWords, null])('the example of %j is a command that is understood', (word) => {
    const command = parseCommand(exampleOf(word, names).replace('/deploy ', ''), ['shop']);
    expect(command.do).toBe(word ?? 'form');
  });
});

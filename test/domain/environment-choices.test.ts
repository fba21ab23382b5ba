import { describe, expect, test } from 'vitest';

import { offerEntries } from '../../src/app/offer-entries.ts';
import { environmentChoices } from '../../src/domain/plan/environment-choices.ts';
import type { Person } from '../../src/domain/roles.ts';
import { sayLeftOut } from '../../src/wording/choices.ts';
import { buildConfiguration, buildEnvironment, buildPart, buildRevision } from '../helpers/build.ts';

const ana: Person = {
  id: 'U0ANA',
  name: 'ana',
  timezone: 'UTC',
  standing: 'member',
  usergroups: [],
};
const ben: Person = { ...ana, id: 'U0BEN', name: 'ben' };
const shop = buildEnvironment();
const bank = buildEnvironment({ name: 'bank', kind: 'production' });
const plc = buildEnvironment({
  name: 'plc',
  payloads: [{ part: 'ladder', role: 'web', placement: 'every-server', run: 'always' }],
});
const configuration = buildConfiguration([shop, bank, plc]);
configuration.roles['promotion'] = { users: ['U0ANA'], usergroups: [], environmentKinds: ['staging'] };

const page = buildRevision({ author: 'U0ANA' });
const ladder = buildRevision({
  name: 'ladder',
  version: '1',
  author: 'U0ANA',
  parts: { ladder: buildPart('release') },
});
const foreign = buildRevision({ version: '3', author: 'U0EVE' });

const choose = (person: Person, ...revisions: (typeof page)[]) => {
  const choices = environmentChoices(person, configuration, revisions);
  return { offered: choices.offered.map(({ name }) => name), said: sayLeftOut(choices) };
};

describe('the environments of the form', () => {
  test('are those that the person may deploy to; the others are named with whom to ask', () => {
    expect(choose(ana)).toEqual({
      offered: ['shop', 'plc'],
      said: ['Not yours: `bank`. Ask <@U0BEN> to request it.'],
    });
    expect(choose(ben)).toEqual({ offered: ['shop', 'bank', 'plc'], said: [] });
  });

  test('are none for a guest, whatever role they hold', () => {
    expect(choose({ ...ben, standing: 'guest' }).offered).toEqual([]);
  });

  test('are narrowed by what is chosen, with the reason', () => {
    expect(choose(ben, page)).toEqual({
      offered: ['shop', 'bank'],
      said: ['Left out: `plc`, because shop@2 has no part for a payload of it.'],
    });
  });

  test('stay as long as one of the revisions fits', () => {
    expect(choose(ben, page, ladder)).toEqual({ offered: ['shop', 'bank', 'plc'], said: [] });
  });

  test('D-19: are left out for revisions that a promotion user may not deploy there', () => {
    const { offered, said } = choose(ana, foreign);
    expect(offered).toEqual([]);
    expect(said.join(' ')).toContain(
      'Left out: `shop`, because with the role promotion you deploy only your own',
    );
    expect(choose(ben, foreign).offered).toEqual(['shop', 'bank']);
  });

  test('that are very many are counted, not listed', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      buildEnvironment({ name: `e${index}`, kind: 'production' }),
    );
    const choices = environmentChoices(ana, { ...configuration, environments: many }, []);
    expect(sayLeftOut(choices)).toEqual([expect.stringContaining('`e9` and 30 more.')]);
  });
});

describe('the revisions of the form', () => {
  const entries = [
    { name: 'shop@3', description: '', about: { author: 'U0EVE', parts: ['release'] } },
    { name: 'shop@2', description: '', about: { author: 'U0ANA', parts: ['release'] } },
    { name: 'ladder@1', description: '', about: { author: 'U0ANA', parts: ['ladder'] } },
    { name: 'broken@1', description: 'cannot be read' },
    { name: 'NIGHT@1', description: '', revisions: ['shop@2', 'ladder@1'] },
    { name: 'DAY@1', description: '', revisions: ['shop@2'] },
  ];
  const offer = (person: Person, environment: string | null, words = '') => {
    const { fitting, leftOut } = offerEntries(entries, { person, configuration, environment, words });
    return [fitting.map(({ name }) => name).join(' '), leftOut];
  };

  test('are all while no environment is chosen, or one that is not there', () => {
    const all = 'shop@3 shop@2 ladder@1 broken@1 NIGHT@1 DAY@1';
    expect(offer(ben, null)).toEqual([all, 0]);
    expect(offer(ben, 'gone')).toEqual([all, 0]);
  });

  test('are those with a part for the environment, packages as a whole, and what cannot be read', () => {
    expect(offer(ben, 'shop')).toEqual(['shop@3 shop@2 broken@1 DAY@1', 2]);
    expect(offer(ben, 'plc')).toEqual(['ladder@1 broken@1', 4]);
  });

  test('D-19: are only their own for a promotion user', () => {
    expect(offer(ana, 'shop')).toEqual(['shop@2 broken@1 DAY@1', 3]);
  });

  test('are searched by a part of their name, in any case', () => {
    expect(offer(ben, 'shop', 'SHO')).toEqual(['shop@3 shop@2', 0]);
    expect(offer(ben, null, 'night')).toEqual(['NIGHT@1', 0]);
  });
});

import { describe, expect, test } from 'vitest';

import type { Step } from '../../src/domain/configured/runbook.ts';
import { checksTakeMs, openingChecks } from '../../src/domain/deployment/opening-checks.ts';
import { buildPart, buildPlan, buildRevision, buildSingleCluster, buildStep } from '../helpers/build.ts';

const names = Array.from({ length: 9 }, (_, index) => `web-${index + 1}`);

const planOf = (...steps: Step[]) =>
  buildPlan(buildSingleCluster(names, { runbooks: { release: { steps, needsNoBackup: true } } }));
const checked = (...steps: Step[]): string[] =>
  openingChecks(planOf(...steps), 'web-2').map(({ step }) => step.id);

const look = (id: string, more: Partial<Step> = {}) => buildStep(id, { kind: 'verify', ...more });

describe('what may be run before the hour', () => {
  test('is what only looks, before anything else is done', () => {
    expect(checked(look('disk'), look('locks'), buildStep('install'), look('after'))).toEqual([
      'disk',
      'locks',
    ]);
  });

  test('is nothing that its kind says of that it changes the server, whatever it is called', () => {
    expect(checked(buildStep('preflight'), look('after'))).toEqual([]);
    expect(checked(buildStep('preflight', { kind: 'backup' }), look('after'))).toEqual([]);
    expect(checked(buildStep('preflight', { kind: 'verify-backup' }))).toEqual([]);
  });

  test('may stand after a notice, and not after the work of a person', () => {
    expect(checked(buildStep('tell', { notify: 'owner' }), look('disk'))).toEqual(['disk']);
    expect(checked(buildStep('plug', { manual: 'Plug it in' }), look('disk'))).toEqual([]);
  });

  test('is the beginning of the first revision alone: the second meets what the first has done', () => {
    const runbooks = {
      release: { steps: [look('disk'), buildStep('install')], needsNoBackup: true },
    };
    const revisions = ['2', '3'].map((version) =>
      buildRevision({ version, parts: { release: buildPart('release') } }),
    );
    const plan = buildPlan(buildSingleCluster(names, { runbooks }), { revisions });
    expect(openingChecks(plan, 'web-1').map(({ task }) => task.revision)).toEqual(['shop@2']);
  });

  test('takes two minutes a server at most, eight servers at a time', () => {
    const plan = planOf(look('disk'), buildStep('install'));
    expect(checksTakeMs(plan, names.slice(0, 8))).toBe(120_000);
    expect(checksTakeMs(plan, names)).toBe(240_000);
    expect(checksTakeMs(planOf(buildStep('install')), names)).toBe(0);
  });
});

import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { openCatalog } from '../../src/catalog/catalog.ts';
import { checkConfiguration } from '../../src/cli/check-configuration.ts';
import { edited, sample } from '../config/sample.ts';

function lay(text = sample, parts = 'release: { runbook: release }'): string {
  const root = mkdtempSync(join(tmpdir(), 'lamplighter-check-'));
  for (const path of ['lb', 'revisions/shop/2']) mkdirSync(join(root, path), { recursive: true });
  for (const name of ['disable', 'enable'])
    writeFileSync(join(root, 'lb', `${name}.sh`), '', { mode: 0o755 });
  writeFileSync(
    join(root, 'revisions/shop/2/revision.yaml'),
    `name: shop\nversion: "2"\nparts: { ${parts} }\n`,
  );
  writeFileSync(join(root, 'lamplighter.yaml'), text);
  return root;
}

const check = async (root: string) =>
  await checkConfiguration(join(root, 'lamplighter.yaml'), (configuration) =>
    openCatalog(configuration, { directory: join(root, 'copies'), variables: process.env, now: Date.now }),
  );

test('a configuration with its catalogue and scripts in place is in order', async () => {
  expect(await check(lay())).toEqual({ faults: [], warnings: [] });
});

test('faults of the file come first, and alone', async () => {
  const { faults } = await check(lay(edited(['kind: staging', 'kin: staging'])));
  expect(faults).toHaveLength(2);
});

test('scripts that are not there or not executable are named', async () => {
  const root = lay(edited(['./lb/enable.sh', './lb/gone.sh']));
  chmodSync(join(root, 'lb/disable.sh'), 0o644);
  expect((await check(root)).faults).toEqual([
    `environments.shop.scripts.disableServer: ${root}/lb/disable.sh is not executable; run chmod +x`,
    `environments.shop.scripts.enableServer: ${root}/lb/gone.sh is not there`,
  ]);
});

test.each([
  ['relase: { runbook: release }', 'shop@2: no environment has a payload "relase"'],
  ['release: { runbook: relase }', 'shop@2: shop has no runbook "relase"'],
])('a part that fits no environment: %s', async (parts, fault) => {
  expect((await check(lay(sample, parts))).faults).toEqual([fault]);
});

test('a package of a version that is not there, and a name without any version', async () => {
  const root = lay(
    edited(
      ['revisions: [shop@2]', 'revisions: [shop@3]'],
      [
        './revisions/shop } }',
        './revisions/shop } }\n    - { name: other, source: { type: directory, path: ./other } }',
      ],
    ),
  );
  expect((await check(root)).faults).toEqual([
    'There is no revision `shop@3` in the catalogue; the nearest is `shop@2`.',
    `catalog.revisions: ${root}/other holds no version of other`,
  ]);
});

test('what this version does not execute is a warning, not a fault', async () => {
  const root = lay(edited(['serverStrategy: one-by-one', 'timeBudgetMinutes: 30']));
  expect(await check(root)).toEqual({
    faults: [],
    warnings: [
      'requests for shop are refused, because this version does not execute deployments.timeBudgetMinutes',
    ],
  });
});

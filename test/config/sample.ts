import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type LoadedConfiguration, loadConfiguration } from '../../src/config/load-configuration.ts';

/** A small file in order: one environment, two servers behind scripts, one runbook, two approving people. */
export const sample = `version: 1
timezone: Europe/Madrid
roles:
  promotion_admin: { users: [U0ANA, U0BOB] }
catalog:
  revisions:
    - { name: shop, source: { type: directory, path: ./revisions/shop } }
  packages:
    - { name: PKG, version: "1", revisions: [shop@2] }
environments:
  shop:
    kind: staging
    system: command
    channel: C0SHOP
    deployments:
      paradigm: online
      topology: single-cluster
      serverStrategy: one-by-one
    approval: { required: 1, from: [promotion_admin] }
    windows: [{ days: [mon], from: "20:00", to: "23:00" }]
    freezes: [{ from: 2026-12-24T00:00, to: 2027-01-02T00:00, reason: year end }]
    properties: { releaseShare: /srv/releases }
    payloads: { release: { role: app } }
    runbooks:
      release:
        steps:
          - { id: apply, run: "./install.sh {releaseShare} {version}" }
          - { id: start, run: "./start.sh" }
    readBack: { run: "cat /srv/{server}/REVISION" }
    scripts:
      disableServer: { run: ./lb/disable.sh, args: [{ variable: pool }, { variable: host }] }
      enableServer: { run: ./lb/enable.sh, args: [{ variable: pool }, { variable: host }] }
    clusters:
      - name: main
        variables: { pool: web }
        serverTemplate:
          role: app
          connection: { driver: ssh, host: "{name}.lan", user: deploy, privateKey: { file: ./key }, knownHosts: ./known_hosts }
        serverNames: [app-1, app-2]
`;

/** The sample with words replaced; each must be there, so that no case passes on nothing. */
export function edited(...edits: [from: string, to: string][]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the sample does not hold ${from}`);
    return text.replace(from, () => to);
  }, sample);
}

/** Loads a text as \`lamplighter.yaml\` in a directory of its own. */
export function load(text: string | Uint8Array): LoadedConfiguration {
  const file = join(mkdtempSync(join(tmpdir(), 'lamplighter-config-')), 'lamplighter.yaml');
  writeFileSync(file, text);
  return loadConfiguration(file);
}

/** The faults of a text; none where it loads. */
export function faultsOf(text: string | Uint8Array): string[] {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.faults;
}

/** What is claimed, what is changed in the sample, and words of every fault that follows, in order. */
export type FaultCase = [claim: string, edits: [from: string, to: string][], faults: string[]];

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FleetServer } from './fleet-server.ts';
import { installScript, restoreScript } from './server-files.ts';
import { backend, type Fleet } from './start-fleet.ts';

/** What the configuration of a fleet is written with. */
export interface FleetConfiguration {
  directory: string;
  channel: string;
  /** The user group whose members may deploy and approve. */
  usergroup: string;
  /** How a server is reached, as YAML; on this machine where it is not given. */
  connectionOf?: (server: string) => string;
  /** More lines of the environment, indented by four. */
  more?: string;
}

/** The example scripts that come with the product. */
const scripts = resolve(dirname(fileURLToPath(import.meta.url)), '../../../examples/haproxy');
const versions = ['1', '2', '3'];

/** Writes `lamplighter.yaml` and a catalogue of three revisions for a fleet; answers the file's path. */
export async function writeFleetConfiguration(fleet: Fleet, options: FleetConfiguration): Promise<string> {
  for (const version of versions)
    writeRevision(join(options.directory, 'revisions', 'shop', version), version);
  const file = join(options.directory, 'lamplighter.yaml');
  writeFileSync(file, configurationText(fleet, options));
  return file;
}

function writeRevision(directory: string, version: string): void {
  mkdirSync(directory, { recursive: true });
  const lines = [
    'name: shop',
    `version: "${version}"`,
    'operation: create',
    `description: front page ${version}`,
  ];
  writeFileSync(
    join(directory, 'revision.yaml'),
    `${lines.join('\n')}\nparts:\n  release: { runbook: release }\n`,
  );
  writeFileSync(join(directory, 'install.sh'), installScript, { mode: 0o755 });
  writeFileSync(join(directory, 'restore.sh'), restoreScript, { mode: 0o755 });
  writeFileSync(join(directory, 'page.html'), `<h1>Shop, page ${version}</h1>\n`);
}

function configurationText(fleet: Fleet, options: FleetConfiguration): string {
  const { channel, usergroup, more = '' } = options;
  const script = (name: string): string =>
    `{ run: ${quote(join(scripts, `${name}.mjs`))}, args: [{ variable: socket }, { variable: backend_servers }], idempotent: true }`;
  return `version: 1
timezone: Europe/Madrid
roles:
  promotion_admin: { usergroups: [${usergroup}] }
catalog:
  revisions:
    - { name: shop, source: { type: directory, path: ./revisions/shop } }
environments:
  shop-production:
    kind: production
    system: command
    deployments:
      enabled: true
      paradigm: online
      topology: several-clusters
      clusterStrategy: half-by-half
      minInService: 1
      onServerFailure: stop
    approval: { required: 1, from: [promotion_admin], excludeRequester: true, expiresHours: 72 }
    channel: ${channel}
    properties: { fleet_directory: ${quote(fleet.directory)}, node: ${quote(process.execPath)} }
    payloads:
      release: { role: web, placement: every-server }
    runbooks:
      release:
        steps:
          - { id: save, run: "readlink '{fleet_directory}/{server}/current'", kind: backup }
          - { id: install, run: "sh ./install.sh", kind: apply }
          - { id: restart, run: "sh '{fleet_directory}/{server}/restart.sh'", kind: apply, idempotent: true }
          - { id: verify, run: "'{node}' '{fleet_directory}/ask.mjs' {port} '{revision}@{version}'", kind: verify }
      rollback:
        backup: none
        steps:
          - { id: restore, run: "sh ./restore.sh {backupPath}", kind: rollback }
          - { id: restart, run: "sh '{fleet_directory}/{server}/restart.sh'", idempotent: true }
    readBack: { run: "cat '{fleet_directory}/{server}/current/REVISION'", timeoutSeconds: 10 }
    scripts:
      timeoutSeconds: 60
      disableCluster: ${script('disable-cluster')}
      enableCluster: ${script('enable-cluster')}
      statusCluster: ${script('status-cluster')}
${more}    clusters:
${clusters(fleet, options)}`;
}

function clusters(fleet: Fleet, options: FleetConfiguration): string {
  const work = quote(join(options.directory, 'work'));
  const connectionOf = options.connectionOf ?? (() => `{ driver: local, workDirectory: ${work} }`);
  const names = [...new Set(fleet.servers.map(({ cluster }) => cluster))];
  return names
    .map((name) => {
      const servers = fleet.servers.filter(({ cluster }) => cluster === name);
      return clusterText(name, servers, fleet.socket, connectionOf);
    })
    .join('');
}

function clusterText(
  name: string,
  servers: FleetServer[],
  socket: string,
  connectionOf: (server: string) => string,
): string {
  const backendServers = servers.map((server) => `${backend}/${server.name}`).join(',');
  const lines = servers.map(
    ({ name: server, port }) =>
      `          - { name: ${server}, role: web, properties: { port: "${port}" }, connection: ${connectionOf(server)} }\n`,
  );
  return `      - name: ${name}
        variables: { socket: ${quote(socket)}, backend_servers: ${quote(backendServers)} }
        servers:
${lines.join('')}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

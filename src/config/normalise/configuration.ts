import { dirname, resolve } from 'node:path';

import type { CatalogSource, Configuration } from '../../domain/configured/configuration.ts';
import type { ConfigurationFile } from '../schema/configuration.ts';
import { normaliseEnvironment } from './environment.ts';
import { notExecutedOutside } from './not-executed.ts';
import { absolutePath, type Base } from './values.ts';

type RevisionFile = NonNullable<NonNullable<ConfigurationFile['catalog']>['revisions']>[number];

/** The configuration of a checked file, with every default applied and every path absolute. */
export function normaliseConfiguration(file: ConfigurationFile, path: string): Configuration {
  const base = { directory: dirname(resolve(path)) };
  const timezone = file.timezone ?? 'UTC';
  return {
    timezone,
    roles: Object.fromEntries(
      Object.entries(file.roles ?? {}).map(([name, role]) => [
        name,
        {
          users: role.users ?? [],
          usergroups: role.usergroups ?? [],
          environmentKinds: role.environmentKinds ?? null,
        },
      ]),
    ),
    catalog: {
      revisions: (file.catalog?.revisions ?? []).map(({ name, source }) => ({
        name,
        source: normaliseSource(base, source),
      })),
      packages: (file.catalog?.packages ?? []).map(({ name, version, revisions }) => ({
        name,
        version,
        revisions,
      })),
    },
    environments: Object.entries(file.environments).map(([name, environment]) =>
      normaliseEnvironment(base, name, environment, { timezone, shares: file.limits?.shares ?? {} }),
    ),
    limits: {
      requestsPerHour: file.limits?.requestsPerHour ?? 30,
      outputMiB: file.limits?.outputMiB ?? 100,
    },
    adminChannel: file.adminChannel ?? null,
    notExecuted: notExecutedOutside(file),
  };
}

function normaliseSource(base: Base, source: RevisionFile['source']): CatalogSource {
  if (source.type === 'directory') return { type: 'directory', path: absolutePath(base, source.path) };
  const isRemote = /^[a-z+]+:\/\//.test(source.repository) || /^[^/]+@[^/]+:/.test(source.repository);
  return {
    type: 'git',
    repository: isRemote ? source.repository : absolutePath(base, source.repository),
    path: source.path ?? '.',
    tag: source.tag,
  };
}

import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { openToInspect } from '../../store/sqlite/open-read-only.ts';
import { readUndelivered } from '../../store/sqlite/undelivered.ts';
import { checkLog } from '../../store/sqlite/verify-file.ts';
import { type Finding, reportOn, sentenceOf } from './finding.ts';
import { judgeUndelivered } from './judge-slack.ts';
import { judgeSpace } from './judge-space.ts';

const report = reportOn('database');

/** Looks at the database and its disk without writing: file, rights, pages, migrations, log. */
export function checkDatabase(file: string, migrationsFolder: string): Finding[] {
  if (!existsSync(file)) return [...checkPlace(nearestDirectory(file)), notThere(file)];
  return [...checkPlace(dirname(resolve(file))), checkMode(file), ...checkContent(file, migrationsFolder)];
}

function notThere(file: string): Finding {
  return report.ok(file, 'is not there yet; the first start makes it');
}

function nearestDirectory(file: string): string {
  const directory = dirname(resolve(file));
  return existsSync(directory) ? directory : nearestDirectory(directory);
}

function checkPlace(directory: string): Finding[] {
  const { bavail, bsize } = statfsSync(directory);
  const space = judgeSpace(bavail * bsize);
  return [checkWritable(directory), report[space.state](`disk of ${directory}`, space.message)];
}

function checkWritable(path: string): Finding {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return report.ok(path, 'can be written');
  } catch (error) {
    return report.fault(path, `cannot be written (${sentenceOf(error)}); give it to the bot's user`);
  }
}

function checkMode(file: string): Finding {
  const mode = (statSync(file).mode & 0o777).toString(8);
  return mode === '600'
    ? checkWritable(file)
    : report.warning(file, `has mode ${mode}, so others may read it; run chmod 600 ${file}`);
}

function checkContent(file: string, migrationsFolder: string): Finding[] {
  try {
    const { client, pending } = openToInspect(file, migrationsFolder);
    try {
      if (pending > 0)
        return [
          report.warning(
            'migrations',
            `${pending} are not applied yet; make a backup before the start does it`,
          ),
        ];
      const { events, deployments } = checkLog(client, file);
      return [
        report.ok('migrations', 'all applied'),
        report.ok('log', `${deployments} deployments, ${events} events, unbroken`),
        ...readUndelivered(client).flatMap(judgeUndelivered),
      ];
    } finally {
      client.close();
    }
  } catch (error) {
    return [report.fault(file, sentenceOf(error))];
  }
}

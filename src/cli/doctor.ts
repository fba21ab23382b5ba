import { readFileSync } from 'node:fs';

import { createBalancer } from '../balancer/balancer.ts';
import {
  createSecretReader,
  processVariables,
  readEnvironment,
  type ProcessSettings,
  variablesForScripts,
  variablesForSteps,
} from '../config/env.ts';
import { loadConfiguration } from '../config/load-configuration.ts';
import type { Configuration } from '../domain/configured/configuration.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { createHttpDriver } from '../drivers/http/http-driver.ts';
import { createLocalDriver } from '../drivers/local/local-driver.ts';
import { createPostgresDriver } from '../drivers/postgres/postgres-driver.ts';
import { createSshDriver } from '../drivers/ssh/ssh-driver.ts';
import { checkConfiguration } from './check-configuration.ts';
import type { CommonOptions } from './common-options.ts';
import { directoryOf, openCatalogBeside } from './data-directory.ts';
import { checkBalancer } from './doctor/check-balancer.ts';
import { checkDatabase } from './doctor/check-database.ts';
import { checkSecrets } from './doctor/check-secrets.ts';
import { checkServers } from './doctor/check-servers.ts';
import { checkSlack } from './doctor/check-slack.ts';
import { type Finding, reportOn } from './doctor/finding.ts';
import { createSlackCall } from './doctor/slack-call.ts';
import { migrationsFolder } from './migrations-folder.ts';

const httpTimeoutMs = 20_000;
const httpMaxBytes = 1_048_576;

/** The flags of `doctor`. */
export interface DoctorOptions extends CommonOptions {
  environment?: string;
}

/** `doctor`: everything that a start at 03:00 needs, a line each. Changes nothing anywhere. Exit code 1 on any fault. */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const findings = await examine(options);
  process.stdout.write(options.format === 'json' ? `${JSON.stringify(findings)}\n` : asText(findings));
  return findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

async function examine({ config, environment }: DoctorOptions): Promise<Finding[]> {
  const { findings, settings, hasTokens } = checkVariables();
  if (!settings) return findings;
  const file = config ?? settings.configFile;
  findings.push(
    ...(await checkFile(file, settings)),
    ...checkDatabase(settings.databaseFile, migrationsFolder),
  );
  const loaded = loadConfiguration(file);
  if (!loaded.ok) return findings;
  const environments = chosen(loaded.configuration, environment);
  if (environments.length === 0) findings.push(noEnvironment(loaded.configuration, environment));
  if (hasTokens) findings.push(...(await askSlack(settings, loaded.configuration, environments)));
  findings.push(...(await checkTargets(environments)));
  return findings;
}

/** Settings also where only the tokens are wrong, so that everything else is looked at as well. */
function checkVariables(): { findings: Finding[]; settings: ProcessSettings | null; hasTokens: boolean } {
  const { ok, fault } = reportOn('environment');
  const whole = readEnvironment(processVariables(), { needs: 'slack' });
  if (whole.ok) return { findings: [ok('variables', 'all set')], settings: whole.value, hasTokens: true };
  const findings = whole.message.split('\n').map((line) => {
    const [name = '', ...rest] = line.split(' ');
    return fault(name, rest.join(' '));
  });
  const rest = readEnvironment(processVariables(), { needs: 'nothing' });
  return { findings, settings: rest.ok ? rest.value : null, hasTokens: false };
}

async function checkFile(file: string, { databaseFile }: ProcessSettings): Promise<Finding[]> {
  const { ok, warning, fault } = reportOn('configuration');
  const { faults, warnings } = await checkConfiguration(file, (configuration) =>
    openCatalogBeside(directoryOf(databaseFile), configuration),
  );
  const found = [...faults.map((line) => fault(file, line)), ...warnings.map((line) => warning(file, line))];
  return faults.length > 0
    ? found
    : [ok(file, 'configuration, catalogue and scripts are in order'), ...found];
}

/** What this version deploys to, and only the one environment that was asked for. */
function chosen({ environments }: Configuration, name: string | undefined): Environment[] {
  return environments.filter((environment) =>
    name === undefined
      ? environment.deploymentsEnabled && environment.system !== 'opcon'
      : environment.name === name,
  );
}

function noEnvironment({ environments }: Configuration, name: string | undefined): Finding {
  const { warning, fault } = reportOn('configuration');
  const known = environments.map((environment) => environment.name).join(', ');
  if (name !== undefined) return fault(name, `there is no such environment; there are ${known}`);
  return warning(
    'environments',
    'none is enabled with a system that this version executes, so no server is looked at',
  );
}

async function askSlack(
  settings: ProcessSettings,
  configuration: Configuration,
  environments: Environment[],
): Promise<Finding[]> {
  const { slackBotToken, slackTransport, slackApiUrl } = settings;
  return await checkSlack({
    asBot: createSlackCall(slackBotToken, slackApiUrl),
    asApp: slackTransport.by === 'socket' ? createSlackCall(slackTransport.appToken, slackApiUrl) : null,
    configuration,
    environments,
    now: Date.now,
  });
}

async function checkTargets(environments: Environment[]): Promise<Finding[]> {
  const readSecret = createSecretReader(processVariables(), (path) => readFileSync(path, 'utf8'));
  const drivers = {
    ssh: createSshDriver({ readSecret }),
    local: createLocalDriver({ variables: variablesForSteps(processVariables()) }),
    postgres: createPostgresDriver({ readSecret }),
    http: createHttpDriver({ readSecret, timeoutMs: httpTimeoutMs, maxBytes: httpMaxBytes }),
  };
  const balancer = createBalancer({
    openLocalSession: async () => await Promise.reject(new Error('the doctor moves nothing')),
    readSecret,
    directory: process.cwd(),
    variables: variablesForScripts(processVariables()),
  });
  return [
    ...checkSecrets(environments, readSecret),
    ...(await checkServers(environments, drivers)),
    ...(await checkBalancer(environments, balancer)),
  ];
}

function asText(findings: Finding[]): string {
  const words = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' };
  const lines = findings.map(
    ({ area, name, state, message }) => `${words[state]}  ${area}: ${name}: ${message}`,
  );
  const faults = findings.filter(({ state }) => state === 'fault').length;
  const warnings = findings.filter(({ state }) => state === 'warning').length;
  return `${[...lines, `${findings.length} looked at, ${warnings} warnings, ${faults} faults.`].join('\n')}\n`;
}

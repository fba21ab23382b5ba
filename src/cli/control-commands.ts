import { type Command, InvalidArgumentError, Option } from 'commander';

import type { ControlCommand } from '../control/protocol.ts';
import type { CommonOptions } from './common-options.ts';
import { serverNames } from './server-names.ts';

interface RequestOptions extends CommonOptions {
  as: string;
  environment: string;
  revision: string[];
  package?: string;
  servers?: string[];
  at?: string;
  now?: true;
  reason: string;
  acceptWarnings?: true;
}

interface RetryOptions extends CommonOptions {
  as: string;
  only?: 'failed';
  servers?: string[];
}

/** Adds the commands that the running bot answers, as it would in Slack. */
export function addControlCommands(
  command: (name: string, description: string) => Command,
  exitWith: (code: number) => void,
): void {
  const ask = async (options: CommonOptions, asked: ControlCommand): Promise<void> => {
    const { runControl } = await import('./control.ts');
    exitWith(await runControl(options, asked));
  };
  const acting = (name: string, description: string): Command =>
    command(name, description).requiredOption('--as <user>', 'the Slack user who decides', slackUser);
  const looking = (name: string, description: string): Command =>
    command(name, description).option('--as <user>', 'the Slack user who looks', slackUser);
  type Options = CommonOptions & { as: string; reason: string };

  looking('list', 'locked environments, and the newest deployments').action(
    async (options: Options) => await ask(options, { do: 'list' }),
  );
  looking('show', 'one deployment with everything that happened')
    .argument('<number>', 'its number', deploymentNumber)
    .action(async (number: number, options: Options) => await ask(options, { do: 'show', number }));
  addRequest(acting, ask);
  acting('cancel', 'before it begins: it never will; while it runs: it stops after the server at hand')
    .argument('<number>', 'its number', deploymentNumber)
    .action(
      async (number: number, { as, ...options }: Options) => await ask(options, { do: 'cancel', as, number }),
    );
  acting('retry', 'deploys what failed or was never begun, or a part of it')
    .argument('<number>', 'its number', deploymentNumber)
    .addOption(new Option('--only <which>', 'only what failed').choices(['failed']).conflicts('servers'))
    .option('--servers <a,b>', 'only these of the servers that remain', serverNames)
    .action(
      async (number: number, { as, only, servers, ...options }: RetryOptions) =>
        await ask(options, { do: 'retry', as, number, ...(only && { only }), ...(servers && { servers }) }),
    );
  acting('rollback', 'restores what it changed, in reverse order, by a deployment of its own')
    .argument('<number>', 'its number', deploymentNumber)
    .action(
      async (number: number, { as, ...options }: Options) =>
        await ask(options, { do: 'rollback', as, number }),
    );
  acting('lock', 'lets nothing begin in an environment; what has begun goes on')
    .argument('<environment>')
    .requiredOption('--reason <text>', 'why')
    .action(
      async (environment: string, { as, reason, ...options }: Options) =>
        await ask(options, { do: 'lock', as, environment, reason }),
    );
  acting('unlock', 'opens an environment again')
    .argument('<environment>')
    .action(
      async (environment: string, { as, ...options }: Options) =>
        await ask(options, { do: 'unlock', as, environment }),
    );
}

function addRequest(
  acting: (name: string, description: string) => Command,
  ask: (options: CommonOptions, asked: ControlCommand) => Promise<void>,
): void {
  const request = acting('request', 'asks for a deployment; somebody else approves it in Slack')
    .requiredOption('--environment <name>', 'where to')
    .option('--revision <name@version>', 'what, in order; repeat the flag for each', repeated, [])
    .option('--package <name@version>', 'a package instead of revisions')
    .option('--servers <a,b>', 'only these servers', serverNames)
    .option('--at <time>', 'when: ISO 8601; without an offset in the zone of the environment', notEmpty)
    .option('--now', 'as soon as it may')
    .requiredOption('--reason <text>', 'why')
    .option('--accept-warnings', 'accepts every warning of the plan');
  request.action(async ({ as, environment, reason, ...options }: RequestOptions) => {
    if ((options.at === undefined) === (options.now === undefined))
      request.error("error: give either '--at <time>' or '--now'");
    await ask(options, {
      do: 'request',
      as,
      environment,
      reason,
      selection: [...options.revision, ...(options.package === undefined ? [] : [options.package])],
      servers: options.servers ?? null,
      at: options.at ?? null,
      acceptWarnings: options.acceptWarnings ?? false,
    });
  });
}

function repeated(value: string, before: string[]): string[] {
  return [...before, value];
}

/** An empty variable in a script must not mean now. */
function notEmpty(value: string): string {
  if (value.trim() !== '') return value;
  throw new InvalidArgumentError('It is empty.');
}

function slackUser(value: string): string {
  if (/^[UW][A-Z0-9]{1,20}$/.test(value)) return value;
  throw new InvalidArgumentError('It should be the id of a Slack user, such as U0ANA.');
}

function deploymentNumber(value: string): number {
  const digits = /^#?([1-9]\d{0,8})$/.exec(value)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new InvalidArgumentError('It should be the number of a deployment, such as 1042.');
}

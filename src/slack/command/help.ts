/** Names of this installation with which an example works as it is typed. */
export interface ExampleNames {
  environment: string;
  /** `name@version`. */
  revision: string;
  /** A deployment that there is. */
  number: number;
}

const groups = ['Deploy', 'Look', 'Decide', 'Close and open'] as const;

interface CommandHelp {
  group: (typeof groups)[number];
  /** What stands behind `/deploy`. */
  usage: string;
  says: string;
  example: (names: ExampleNames) => string;
}

const about = (word: string) => ({
  usage: `${word} N`,
  example: ({ number }: ExampleNames) => `${word} ${number}`,
});
const ofEnvironment = (word: string, optional = '') => ({
  usage: `${word} E${optional}`,
  example: ({ environment }: ExampleNames) => `${word} ${environment}`,
});
const alone = (word: string, optional = '') => ({ usage: `${word}${optional}`, example: () => word });

/** Every command in the order of the help. */
const commands: Record<string, CommandHelp> = {
  to: {
    group: 'Deploy',
    usage: 'R@V to E [when]',
    says: 'opens the form filled in; `when` is now, 21:00, tomorrow 9pm, fri 21:00, 24 dec 20:00, next window or in 2 hours',
    example: ({ environment, revision }) => `${revision} to ${environment} tomorrow 21:00`,
  },
  join: {
    group: 'Deploy',
    usage: 'join [N]',
    example: ({ number }) => `join ${number}`,
    says: 'opens the form at the hour of the batch of N, after what stands on it; without N it offers tonight’s',
  },
  revisions: {
    group: 'Deploy',
    ...alone('revisions', ' [search]'),
    says: 'what can be deployed, newest first, where it runs, with *Deploy* beside each',
  },
  list: { group: 'Look', ...alone('list', ' [tonight]'), says: 'what runs, what waits, what was' },
  show: { group: 'Look', ...about('show'), says: 'one deployment with everything that happened' },
  why: {
    group: 'Look',
    ...about('why'),
    says: 'why it does not run, who can lift that, and a button that asks them',
  },
  status: {
    group: 'Look',
    usage: 'status [E]',
    example: ({ environment }) => `status ${environment}`,
    says: 'what runs where now, what waits, locks and windows',
  },
  history: {
    group: 'Look',
    ...ofEnvironment('history'),
    says: 'the last deployments with result, duration and who',
  },
  doctor: { group: 'Look', ...alone('doctor'), says: 'what of the installation is not well; for admins' },
  cancel: {
    group: 'Decide',
    ...about('cancel'),
    says: 'before it begins: it never will; while it runs: it stops after the server at hand',
  },
  retry: {
    group: 'Decide',
    usage: 'retry N [only failed | SERVERS]',
    example: ({ number }) => `retry ${number} only failed`,
    says: 'deploys what failed or was never begun, or a part of it',
  },
  rollback: {
    group: 'Decide',
    ...about('rollback'),
    says: 'restores what it changed, in reverse order, by a deployment of its own',
  },
  delegate: {
    group: 'Decide',
    usage: 'delegate @ben E until fri 18:00',
    example: ({ environment }) => `delegate @ben ${environment} until fri 18:00`,
    says: 'hands your vote there to another; `delegate #N @ben` for one deployment; `delegate off` takes them all back',
  },
  settings: {
    group: 'Look',
    usage: 'settings [E]',
    example: () => 'settings',
    says: 'which direct messages reach you, and when; with E what its channel is told',
  },
  lock: {
    group: 'Close and open',
    usage: 'lock E REASON',
    example: ({ environment }) => `lock ${environment} the database is being moved`,
    says: 'nothing begins there; what has begun goes on',
  },
  unlock: { group: 'Close and open', ...ofEnvironment('unlock'), says: 'opens it again' },
  halt: {
    group: 'Close and open',
    usage: 'halt REASON',
    example: () => 'halt the payment provider is down',
    says: 'pauses everything that runs and locks every environment that you may lock',
  },
};

/** The first words of all commands. */
export const commandWords = [...Object.keys(commands).filter((word) => word !== 'to'), 'help'];

/** A command as it can be typed here and now; of requests where the word is none. */
export function exampleOf(word: string | null, names: ExampleNames): string {
  if (word === 'help') return '/deploy help';
  const known = word !== null && Object.hasOwn(commands, word) ? commands[word] : commands['to'];
  return `/deploy ${known?.example(names) ?? ''}`;
}

/** How a command is typed that was typed without its name or number, or with something behind it that it does not take. */
export function sayUsage(word: string, names: ExampleNames): string {
  const usage = (Object.hasOwn(commands, word) ? commands[word]?.usage : undefined) ?? word;
  const letters = [
    ...(/\bN\b/.test(usage) ? ['N the number of a deployment'] : []),
    ...(/\bE\b/.test(usage) ? ['E an environment'] : []),
  ];
  const meaning = letters.length === 0 ? '' : `, with ${letters.join(' and ')}`;
  return `It is typed as \`/deploy ${usage}\`${meaning}. For example: \`${exampleOf(word, names)}\``;
}

/** All commands in groups, a line each; or the one that is asked about, with an example that works here. */
export function sayHelp(word: string | null, names: ExampleNames): string {
  const one = word !== null && Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (one) return `\`/deploy ${one.usage}\` ${one.says}.\nFor example: \`${exampleOf(word, names)}\``;
  const said = groups.map((group) =>
    [
      `*${group}*`,
      ...Object.values(commands)
        .filter((each) => each.group === group)
        .map(sayLine),
    ].join('\n'),
  );
  return [
    '*/deploy* opens the form: what, where, when, and the whole plan before you send it. Behind it:',
    ...said,
    `N is the number of a deployment, E an environment, R@V a revision. \`/deploy help lock\` explains one. For example: \`${exampleOf(null, names)}\``,
  ].join('\n');
}

function sayLine({ usage, says }: CommandHelp): string {
  return `\`${usage}\` ${says}`;
}

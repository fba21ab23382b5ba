/** A way to break the product, and the history that shows it. */
export interface Mutant {
  name: string;
  /** Each text must stand exactly once in its file. */
  edits: { file: string; find: string; put: string }[];
  seed: number;
  /** The invariant that breaks there: its number and name. */
  caughtBy: string;
}

/** The six that every engine of this kind is tempted by. */
export const mutants: Mutant[] = [
  {
    name: 'blind retry: an open intent is performed again instead of probed',
    edits: [
      {
        file: 'src/domain/attempt/next-action.ts',
        find: "    do: run.stopNow && !isScript(task) ? 'end' : 'probe',\n    group,\n    task,\n    run: taskRun(run, task.id).run,",
        put: "    do: run.stopNow && !isScript(task) ? 'end' : 'perform',\n    group,\n    task,\n    run: taskRun(run, task.id).run + 1,",
      },
    ],
    seed: 11,
    caughtBy: '3 at most once',
  },
  {
    name: 'assume ok: what began and left no result counts as done',
    edits: [
      {
        file: 'src/executor/settle-outcome.ts',
        find: 'return await noteLost(needs, book, settling, signal);',
        put: "return await noteEnd(needs, book, task, run, { end: 'ok', exitCode: 0, message: '', lastLines: [], readBack: null });",
      },
    ],
    seed: 25,
    caughtBy: '2 load balancer safety',
  },
  {
    name: 'no conditional write: neither version nor fence is asked for',
    edits: [
      {
        file: 'src/store/sqlite/changes.ts',
        find: 'if (fence !== null && !statements.holds.get({ environment, deployment, fence }))',
        put: 'if (fence !== null && fence < 0)',
      },
      {
        file: 'src/store/sqlite/changes.ts',
        find: 'if (expectedVersion !== null && row.version !== expectedVersion)',
        put: 'if (expectedVersion !== null && expectedVersion < 0)',
      },
    ],
    seed: 331,
    caughtBy: '5 fence order',
  },
  {
    name: 'no intent: nothing is written before the effect',
    edits: [
      {
        file: 'src/executor/run-attempt.ts',
        find: 'return await book.decide(inOrder(beginning(run, task), intent));',
        put: 'const [first] = beginning(run, task); return intent.task < 0 || first === undefined || (await book.decide([first]));',
      },
    ],
    seed: 1,
    caughtBy: '4 write-ahead',
  },
  {
    name: 'probe without seal: the probe looks, and leaves the fence of the environment as it is',
    edits: [
      {
        file: 'src/drivers/perform.ts',
        find: 'const seen = await session.seal(order.fence, order.marker)',
        put: "const seen = await session.seal({ ...order.fence, environment: 'of nobody' }, order.marker)",
      },
    ],
    seed: 349,
    caughtBy: '5 fence order',
  },
  {
    name: 'enable without verify: one step that ended well makes a server right',
    edits: [
      {
        file: 'src/domain/attempt/server-outlook.ts',
        find: 'if (!failed && !next) return',
        put: "if (!failed && (!next || tasks.some((task) => taskRun(run, task.id).end === 'ok'))) return",
      },
    ],
    seed: 1,
    caughtBy: '2 load balancer safety',
  },
];

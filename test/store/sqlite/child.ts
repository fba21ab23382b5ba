import { openSqliteStore } from '../../../src/store/sqlite/open-sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { change, create, reminded } from '../../contract/store-samples.ts';

/*
 * A process of its own for what one process cannot show. Usage: child.js WHAT FILE MIGRATIONS [COUNT]
 *   commit  opens the store, then commits COUNT times (for ever without it), printing each version once it is durable
 *   open    opens the store, which brings it up to date, and closes it
 *   hold    opens the store, prints `open`, and stays until its parent lets go of it
 * A refusal is printed to stderr, exit code 1.
 */
const [, , what = '', file = '', migrationsFolder = '', count = 'Infinity'] = process.argv;

async function commitOften(store: Store, times: number): Promise<void> {
  const number = await create(store, { requestKey: `by process ${process.pid}` });
  for (let done = 0; done < times; done += 1) {
    const outcome = await store.commit(change(number, [reminded]));
    if (outcome.ok) process.stdout.write(`${number} ${outcome.version}\n`);
  }
  await store.close();
}

try {
  const store = await openSqliteStore({ file, migrationsFolder });
  if (what === 'commit') await commitOften(store, Number(count));
  else if (what === 'open') await store.close();
  else {
    console.log('open');
    process.stdin.resume();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

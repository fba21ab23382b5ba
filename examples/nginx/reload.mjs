// nginx's processes, as Linux shows them in /proc, and a reload that is waited for.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Tells nginx to load its files again; waits until new workers take the requests, answers the ones that did before. */
export async function reload(master, wait) {
  const old = await workersOf(master);
  try {
    process.kill(master, 'SIGHUP');
  } catch (error) {
    throw new Error(`nginx (process ${master}) cannot be told to reload: ${error.message}`, { cause: error });
  }
  await wait(
    async () => {
      const now = await workersOf(master);
      const titles = await Promise.all(old.map(titleOf));
      return (
        now.some((pid) => !old.includes(pid)) &&
        titles.every((title) => !isWorker(title) || title.includes('shutting down'))
      );
    },
    () => 'nginx did not take the new configuration; its error log says why',
  );
  return old;
}

/** Throws what `nginx -t` says against the configuration. */
export async function checkConfiguration(configuration) {
  const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;
  await run('nginx', ['-t', '-q', '-c', configuration], { env: { ...process.env, PATH } }).catch((error) => {
    const said = (error.stderr || error.message).trim().split('\n').join(' ');
    throw new Error(`nginx -t refuses ${configuration}, and nothing was changed: ${said}`, { cause: error });
  });
}

/** The process that `pid` in nginx's configuration names. */
export async function readMaster(configuration) {
  const [, pidFile] = /^\s*pid\s+(\/[^;\s]+)\s*;/m.exec(await readFile(configuration, 'utf8')) ?? [];
  if (!pidFile) throw new Error(`${configuration} has no line "pid /absolute/path;"`);
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!(pid > 0) || !(await titleOf(pid)).startsWith('nginx: master'))
    throw new Error(`nginx does not run: ${pidFile} names no process of it`);
  return pid;
}

async function workersOf(master) {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const mine = await Promise.all(
    pids.map(async (pid) => (await parentOf(pid)) === master && isWorker(await titleOf(pid))),
  );
  return pids.filter((_, index) => mine[index]);
}

/** Whether a worker has not ended yet, and may still have requests under way. */
export async function isWorking(pid) {
  return isWorker(await titleOf(pid));
}

const isWorker = (title) => title.startsWith('nginx: worker');

/** Empty where the process has ended. */
async function titleOf(pid) {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
}

async function parentOf(pid) {
  const said = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(said.slice(said.lastIndexOf(')') + 1).split(' ')[2]);
}

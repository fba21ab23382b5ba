// What the scripts beside this file share: one server a line in a file that nginx includes.
import { chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { checkConfiguration, isWorking, readMaster, reload } from './reload.mjs';

const pollMs = 50;
const healthAnswerMs = 2_000;

/** Takes a server out: no new requests, and waits until the workers that may still have some for it have ended. */
export async function disable({ configuration, servers, name, limitSeconds }) {
  const file = await realpath(servers);
  const wait = until(limitSeconds);
  const old = await mark(configuration, file, name, { isDown: true, wait });
  await wait(
    async () => !(await Promise.all(old.map(isWorking))).includes(true),
    () => `nginx workers ${old.join(', ')} still serve requests that they had before ${name} left`,
  );
  await rm(pendingFile(file, name), { force: true });
}

/** Puts a server back, once it answers 200 itself: nginx does not look before it sends requests there. */
export async function enable({ configuration, servers, name, healthUrl, limitSeconds }) {
  const file = await realpath(servers);
  const wait = until(limitSeconds);
  findServer(file, await readFile(file, 'utf8'), name);
  let health = '';
  await wait(
    async () => (health = await askHealth(healthUrl)) === 'HTTP 200',
    () => `${healthUrl} gives ${health}, and ${name} stays out`,
  );
  await mark(configuration, file, name, { isDown: false, wait });
  await rm(pendingFile(file, name), { force: true });
}

/** `up`, `drain` or `down`; a change that was broken off half-way makes it `down`, for nobody knows what nginx has loaded. */
export async function status({ configuration, servers, name, healthUrl }) {
  const file = await realpath(servers);
  const { isDown } = findServer(file, await readFile(file, 'utf8'), name);
  const isRunning = await readMaster(configuration).then(
    () => true,
    () => false,
  );
  if (!isRunning || (await exists(pendingFile(file, name)))) return 'down';
  if (isDown) return 'drain';
  return (await askHealth(healthUrl)) === 'HTTP 200' ? 'up' : 'down';
}

/** Writes the mark and reloads, one script at a time; answers the workers that served before, none where nothing was to do. */
async function mark(configuration, file, name, { isDown, wait }) {
  const unlock = await lock(file, wait);
  try {
    const text = await readFile(file, 'utf8');
    const found = findServer(file, text, name);
    const wasBrokenOff = await exists(pendingFile(file, name));
    if (found.isDown === isDown && !wasBrokenOff) return [];
    const master = await readMaster(configuration);
    // Before the edit: a script that is killed from here on leaves a trace, and the next one reloads again.
    await writeWhole(pendingFile(file, name), '', file);
    await writeWhole(
      file,
      text.replace(found.line, () => found.lineFor(isDown)),
      file,
    );
    await checkConfiguration(configuration).catch(async (error) => {
      await writeWhole(file, text, file);
      if (!wasBrokenOff) await rm(pendingFile(file, name), { force: true });
      throw error;
    });
    return await reload(master, wait);
  } finally {
    unlock();
  }
}

/** Every line `server ADDRESS …; # NAME`, once; throws a sentence where the name is not there or there twice. */
function findServer(file, text, name) {
  const lines = text.split('\n').flatMap((line) => {
    const [, head, words, tail, found] = /^(\s*server\s+)([^;#]+)(;\s*#\s*(\S+)\s*)$/.exec(line) ?? [];
    return found ? [{ line, head, words: words.trim().split(/\s+/), tail, name: found }] : [];
  });
  const found = lines.filter((line) => line.name === name);
  if (found.length > 1) throw new Error(`${file} has ${found.length} servers ${name}`);
  const [server] = found;
  if (!server)
    throw new Error(`${file} has no server ${name}; it has ${lines.map((line) => line.name).join(', ')}`);
  const others = server.words.filter((word) => word !== 'down');
  return {
    line: server.line,
    isDown: others.length < server.words.length,
    lineFor: (isDown) => `${server.head}${[...others, ...(isDown ? ['down'] : [])].join(' ')}${server.tail}`,
  };
}

/** One script at a time for each file; an abstract socket, for the kernel frees it however its owner ends. */
async function lock(file, wait) {
  const server = createServer();
  const tryOnce = async () =>
    await new Promise((resolve, reject) => {
      server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
      server.listen(`\0lamplighter:${file}`, () => resolve(true));
    });
  await wait(tryOnce, () => `another script is changing ${file}`);
  return () => server.close();
}

const beside = (file, ending) => join(dirname(file), `.${basename(file)}.${ending}`);
const pendingFile = (file, name) => beside(file, `${name.replaceAll('/', '_')}.pending`);

async function exists(file) {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

/** Writes a file beside and renames it, with the owner and rights of another one: nginx never reads half of it. */
async function writeWhole(file, text, like) {
  const { mode, uid, gid } = await stat(like);
  const fresh = beside(file, 'new');
  const handle = await open(fresh, 'w', mode);
  await handle.writeFile(text);
  await handle.sync();
  await handle.close();
  await chown(fresh, uid, gid);
  await rename(fresh, file);
}

/** Redirects are no answer: the server itself is to say that it is well. */
async function askHealth(url) {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(healthAnswerMs) });
    await answer.arrayBuffer();
    return `HTTP ${answer.status}`;
  } catch (error) {
    return `no answer (${error.cause?.message ?? error.message})`;
  }
}

function until(limitSeconds) {
  const deadline = Date.now() + limitSeconds * 1_000;
  return async (isDone, sayWhy) => {
    while (!(await isDone())) {
      if (Date.now() > deadline) throw new Error(`after ${limitSeconds} s: ${sayWhy()}`);
      await delay(pollMs);
    }
  };
}

/** Runs a script: its arguments in the order of `names`, one clear sentence on standard error where it fails. */
export async function main(names, work) {
  const words = process.argv.slice(2);
  const given = Object.fromEntries(names.map((key, index) => [key, words[index]]));
  const limitSeconds = Number(words[names.length] ?? '30');
  try {
    if (words.length < names.length || words.length > names.length + 1 || !(limitSeconds > 0))
      throw new Error(
        `usage: ${basename(process.argv[1])} CONFIGURATION SERVERS NAME${names.includes('healthUrl') ? ' HEALTH_URL' : ''} [SECONDS]`,
      );
    await work({ ...given, limitSeconds });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

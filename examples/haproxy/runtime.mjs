// What the scripts beside this file share: HAProxy's runtime commands over its socket.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const answerMs = 5_000;
const pollMs = 50;

/** Sends one runtime command to `/path/to.sock` or `host:port` and answers what HAProxy says. */
export async function tell(socket, command) {
  const tcp = /^([^/]+):(\d+)$/.exec(socket);
  const stream = tcp ? connect(Number(tcp[2]), tcp[1]) : connect(socket);
  stream.setTimeout(answerMs, () => stream.destroy(new Error(`no answer in ${answerMs / 1_000} s`)));
  let answer = '';
  try {
    await new Promise((resolve, reject) => {
      stream.on('connect', () => stream.end(`${command}\n`));
      stream.on('data', (chunk) => (answer += chunk));
      stream.on('end', resolve);
      stream.on('error', reject);
    });
  } catch (error) {
    throw new Error(`HAProxy's runtime socket ${socket} cannot be used: ${error.message}`, { cause: error });
  } finally {
    stream.destroy();
  }
  return answer.trim();
}

/** Every `backend/server` with its status, its sessions, and whether it is checked. */
export async function readServers(socket) {
  const [head = '', ...lines] = (await tell(socket, 'show stat -1 4 -1')).replace(/^# /, '').split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const values = Object.fromEntries(line.split(',').map((value, index) => [columns[index], value]));
    return {
      name: `${values.pxname}/${values.svname}`,
      status: values.status,
      sessions: Number(values.scur),
    };
  });
}

/** The servers that were named, in the order of the words; refuses a name that HAProxy does not have. */
export async function findServers(socket, words) {
  const known = await readServers(socket);
  return words.split(',').map((name) => {
    const found = known.find((server) => server.name === name);
    if (!found)
      throw new Error(
        `HAProxy has no server ${name}; it has ${known.map((server) => server.name).join(', ')}`,
      );
    return found;
  });
}

/** `up`, `drain` or `down`, from what `show stat` says. */
export function wordOf(server) {
  if (server.status === 'UP' || server.status === 'no check') return 'up';
  return server.status.startsWith('DRAIN') ? 'drain' : 'down';
}

/** Takes servers out: no new requests, and waits until the ones they have are answered. */
export async function disable(socket, words, limitSeconds) {
  for (const { name } of await findServers(socket, words)) await set(socket, name, 'drain');
  await until(
    socket,
    words,
    limitSeconds,
    ({ sessions }) => sessions === 0,
    ({ name, sessions }) => `${name} still has ${sessions} sessions`,
  );
}

/** Puts servers back, and waits until HAProxy itself says that they are up. */
export async function enable(socket, words, limitSeconds) {
  for (const { name } of await findServers(socket, words)) await set(socket, name, 'ready');
  await until(
    socket,
    words,
    limitSeconds,
    (server) => wordOf(server) === 'up',
    (server) => `HAProxy says ${server.name} is ${server.status}`,
  );
}

async function set(socket, name, state) {
  const answer = await tell(socket, `set server ${name} state ${state}`);
  if (answer !== '') throw new Error(`HAProxy refused to set ${name} to ${state}: ${answer}`);
}

async function until(socket, words, limitSeconds, isDone, sayWhy) {
  const deadline = Date.now() + limitSeconds * 1_000;
  for (;;) {
    const open = (await findServers(socket, words)).filter((server) => !isDone(server));
    if (open.length === 0) return;
    if (Date.now() > deadline) throw new Error(`after ${limitSeconds} s: ${open.map(sayWhy).join('; ')}`);
    await delay(pollMs);
  }
}

/** One word for several members: `up` only where all are, `drain` where none takes requests and none has one left. */
export async function status(socket, words) {
  const servers = await findServers(socket, words);
  const said = servers.map(wordOf);
  if (said.every((word) => word === 'up')) return 'up';
  const isOut = said.every((word) => word !== 'up') && said.includes('drain');
  return isOut && servers.every(({ sessions }) => sessions === 0) ? 'drain' : 'down';
}

/** Runs a script: its arguments in order, one clear sentence on standard error where it fails. */
export async function main(usage, work) {
  const [socket, words, limit = '30'] = process.argv.slice(2);
  try {
    if (!socket || !words || !(Number(limit) > 0)) throw new Error(`usage: ${usage}`);
    await work(socket, words, Number(limit));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

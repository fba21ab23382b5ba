// What the scripts beside this file share: a pool's members, by the REST API of F5 BIG-IP (iControl REST).
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const answerMs = 10_000;
const pollMs = 250;

/** Takes a member out: no new connections, and waits until those it has are closed. */
export async function disable(address, limitSeconds) {
  await setSession(address, 'user-disabled');
  await until(
    address,
    limitSeconds,
    ({ isEnabled, connections }) => !isEnabled && connections === 0,
    ({ isEnabled, connections }) =>
      isEnabled ? 'F5 says that it is enabled' : `it still has ${connections} connections`,
  );
}

/** Puts a member back, and waits until F5's own monitor says that it is available. */
export async function enable(address, limitSeconds) {
  await setSession(address, 'user-enabled');
  await until(
    address,
    limitSeconds,
    (member) => wordOf(member) === 'up',
    ({ isEnabled, availability }) =>
      `F5 says that it is ${isEnabled ? 'enabled' : 'disabled'} and ${availability}`,
  );
}

/** `up`, `drain` or `down`. */
export async function status(address) {
  return wordOf(await readMember(address));
}

/** Disabled with connections is `down`, not `drain`: they would be cut off. No monitor's word is `down` too. */
function wordOf({ isEnabled, availability, connections }) {
  if (!isEnabled && connections === 0) return 'drain';
  return isEnabled && availability === 'available' ? 'up' : 'down';
}

async function setSession(address, session) {
  await ask(address, '', { method: 'PATCH', body: JSON.stringify({ session }) });
}

async function readMember(address) {
  const answer = await ask(address, '/stats', { method: 'GET' });
  const [found] = Object.values(answer.entries ?? {});
  const entries = found?.nestedStats?.entries ?? {};
  const connections = entries['serverside.curConns']?.value;
  const availability = entries['status.availabilityState']?.description;
  const enabled = entries['status.enabledState']?.description;
  if (typeof connections !== 'number' || !availability || !enabled)
    throw new Error(
      `F5's answer for ${address.member} lacks serverside.curConns, status.availabilityState or status.enabledState`,
    );
  return { connections, availability, isEnabled: enabled === 'enabled' };
}

async function ask({ url, pool, member }, end, { method, body }) {
  const path = `/mgmt/tm/ltm/pool/${inPath(pool)}/members/${inPath(member)}${end}`;
  const answer = await fetch(new URL(path, url), {
    method,
    body,
    redirect: 'error',
    headers: { authorization: credentials(), 'content-type': 'application/json' },
    signal: AbortSignal.timeout(answerMs),
  }).catch((error) => {
    throw new Error(`F5 at ${url} does not answer: ${error.cause?.message ?? error.message}`, {
      cause: error,
    });
  });
  const said = await answer.text();
  if (answer.ok) return parse(said, url);
  throw new Error(`F5 refused ${method} ${path} with HTTP ${answer.status}: ${said.slice(0, 200)}`);
}

function parse(said, url) {
  try {
    return JSON.parse(said);
  } catch (error) {
    throw new Error(`F5 at ${url} answered what is no JSON: ${said.slice(0, 200)}`, { cause: error });
  }
}

/** `web-1:8080` is `/Common/web-1:8080`, and in a path slashes are tildes. */
function inPath(name) {
  const full = name.startsWith('/') ? name : `/Common/${name}`;
  return full
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll('%3A', ':'))
    .join('~');
}

function credentials() {
  const { F5_USER: user, F5_PASSWORD: password } = process.env;
  if (!user || !password) throw new Error('F5_USER and F5_PASSWORD are not both set in the environment');
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function until(address, limitSeconds, isDone, sayWhy) {
  const deadline = Date.now() + limitSeconds * 1_000;
  for (;;) {
    const member = await readMember(address);
    if (isDone(member)) return;
    if (Date.now() > deadline)
      throw new Error(`after ${limitSeconds} s ${address.member} is not there yet: ${sayWhy(member)}`);
    await delay(pollMs);
  }
}

/** Runs a script: its arguments in order, one clear sentence on standard error where it fails. */
export async function main(work) {
  const [url = '', pool, member, limit = '30', ...more] = process.argv.slice(2);
  try {
    if (!pool || !member || !(Number(limit) > 0) || more.length > 0)
      throw new Error(`usage: ${basename(process.argv[1])} https://HOST POOL NAME:PORT [SECONDS]`);
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
      throw new Error(`${url} is no https:// address, and the password is sent over no other`);
    await work({ url, pool, member }, Number(limit));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

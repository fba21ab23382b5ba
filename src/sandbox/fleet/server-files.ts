/**
 * The HTTP server that every server of the fleet runs. What it serves is read once, at its start; it ends at once
 * when it is told to, whatever it is answering, and by itself when its fleet is gone.
 */
export const serverProgram = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
const [directory, name, port, owner] = process.argv.slice(2);
const revision = readFileSync(directory + '/current/REVISION', 'utf8').trim();
const workMs = 20;
let answered = 0;
const server = createServer((request, response) => {
  const isHealth = request.url === '/health';
  if (!isHealth) answered += 1;
  const facts = isHealth ? { server: name, revision, answered, pid: process.pid } : { server: name, revision };
  response.setHeader('connection', 'close');
  response.setHeader('content-type', 'application/json');
  setTimeout(() => response.end(JSON.stringify(facts)), isHealth ? 0 : workMs);
});
server.listen(Number(port), '127.0.0.1');
setInterval(() => {
  try {
    process.kill(Number(owner), 0);
    readFileSync(directory + '/pid');
  } catch {
    process.exit(0);
  }
}, 2_000);
`;

/** Restarts one server, or says what it serves: \`restart.sh\` and \`verify.sh\` of each server call it. */
export const controlProgram = `import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
const [action, program, directory, name, port, owner, wanted] = process.argv.slice(2);
const stopMs = 5_000;
const startMs = 15_000;
const pollMs = 10;

const health = () =>
  new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path: '/health', agent: false, timeout: 1_000 }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('error', () => resolve(null));
      response.on('end', () => {
        try {
          resolve(JSON.parse(body));
        } catch {
          resolve(null);
        }
      });
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(null));
  });

// A number in a file may meanwhile belong to another process, or to a zombie: what it runs tells.
const isOurs = (pid) => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes(directory);
  } catch {
    return false;
  }
};

async function stopServer() {
  const noted = existsSync(directory + '/pid') ? Number(readFileSync(directory + '/pid', 'utf8')) : 0;
  const answering = await health();
  for (const pid of new Set([noted, answering?.server === name ? answering.pid : 0])) {
    if (!(pid > 0) || !isOurs(pid)) continue;
    process.kill(pid, 'SIGTERM');
    const deadline = Date.now() + stopMs;
    while (isOurs(pid)) {
      if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
      await delay(pollMs);
    }
  }
}

async function startServer() {
  const log = openSync(directory + '/log', 'a');
  const child = spawn(process.execPath, [program, directory, name, port, owner], { detached: true, stdio: ['ignore', log, log] });
  writeFileSync(directory + '/pid.new', String(child.pid));
  renameSync(directory + '/pid.new', directory + '/pid');
  const deadline = Date.now() + startMs;
  for (;;) {
    const answer = await health();
    if (answer?.pid === child.pid) return answer.revision;
    if (child.exitCode !== null || Date.now() > deadline) {
      console.error(readFileSync(directory + '/log', 'utf8').split('\\n').slice(-6).join('\\n').trim());
      throw new Error(name + ' was started and does not answer on port ' + port);
    }
    await delay(pollMs);
  }
}

try {
  if (action === 'restart') {
    await stopServer();
    console.log(name + ' serves ' + (await startServer()));
  } else {
    const answer = await health();
    if (answer?.revision !== wanted) throw new Error(name + ' answers with ' + (answer?.revision ?? 'nothing') + ', not with ' + wanted);
    console.log(name + ' answers with ' + wanted);
  }
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
`;

/** What one server's scripts are written with. */
export interface ServerScript {
  node: string;
  /** The fleet's directory, where the programs are. */
  root: string;
  directory: string;
  name: string;
  port: number;
  /** The process that the fleet belongs to. */
  owner: number;
}

/** Stops the server's old process, starts a detached new one and waits until it answers. Twice restarts twice. */
export function restartScript(server: ServerScript): string {
  return controlScript(server, 'restart');
}

/** Asks the running server itself: `sh verify.sh shop@2` ends with 0 where it answers with that revision. */
export function verifyScript(server: ServerScript): string {
  return controlScript(server, 'verify');
}

function controlScript({ node, root, directory, name, port, owner }: ServerScript, action: string): string {
  const words = [node, `${root}/control.mjs`, action, `${root}/server.mjs`, directory, name, port, owner];
  const quoted = words.map((word) => `'${String(word).replaceAll("'", String.raw`'\''`)}'`);
  return `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`;
}

/**
 * What the install step of the sample revisions does on one server: unpack beside, then switch in one move. Killed
 * at any line it leaves the old release or the new one, and may be run again.
 */
export const installScript = `#!/bin/sh
set -eu
server=$LAMPLIGHTER_FLEET_DIRECTORY/$LAMPLIGHTER_SERVER
name=$LAMPLIGHTER_REVISION@$LAMPLIGHTER_VERSION
release=$server/releases/$name
echo "unpacking $name on $LAMPLIGHTER_SERVER"
if [ -e "$server/break-next" ]; then
  rm -f "$server/break-next"
  echo "cp: error writing '$release/page.html': No space left on device" >&2
  echo "/dev/vda1  20G  20G  0  100% /srv" >&2
  exit 1
fi
mkdir -p "$release"
cp page.html "$release/page.html"
printf '%s\\n' "$name" >"$release/REVISION.new"
mv -f "$release/REVISION.new" "$release/REVISION"
rm -rf "$server/next"
ln -s "releases/$name" "$server/next"
# GNU and BusyBox know -T, BSD knows -h: both replace the link itself, in one move.
mv -fT "$server/next" "$server/current" 2>/dev/null || mv -fh "$server/next" "$server/current"
echo "switched to $name"
`;

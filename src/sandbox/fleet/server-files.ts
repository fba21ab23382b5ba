/**
 * The little HTTP server that every server of the fleet runs. What it serves is read once, at its start; an answer takes
 * 20 ms (400 where it was slowed down, or what the file `slow` says), and being told to stop it stops at once, as real servers do: without draining,
 * requests are lost. It ends by itself when its fleet is closed or the process that started the fleet is gone.
 */
export const serverProgram = `import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const [directory, name, port, owner] = process.argv.slice(2);
const slow = directory + '/slow';
const revision = readFileSync(directory + '/current/REVISION', 'utf8').trim();
let answered = 0;
const server = createServer((request, response) => {
  if (request.url !== '/health') answered += 1;
  response.setHeader('connection', 'close');
  response.setHeader('content-type', 'application/json');
  const answer = () => response.end(JSON.stringify({ server: name, revision, answered, pid: process.pid }));
  if (request.url === '/health') answer();
  else setTimeout(answer, existsSync(slow) ? Number(readFileSync(slow, 'utf8')) || 400 : 20);
});
const listen = () => server.listen(Number(port), '127.0.0.1');
let tries = 0;
server.on('error', (error) => {
  tries += 1;
  if (error.code !== 'EADDRINUSE' || tries > 40) throw error;
  setTimeout(listen, 50);
});
server.on('listening', () => {
  writeFileSync(directory + '/pid.new', String(process.pid));
  renameSync(directory + '/pid.new', directory + '/pid');
});
const isOwned = () => {
  try {
    return process.kill(Number(owner), 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};
setInterval(() => {
  if (!isOwned() || existsSync(directory + '/../closed')) process.exit(0);
}, 250);
process.on('SIGTERM', () => process.exit(0));
listen();
`;

/** Asks a server itself what it serves, and fails unless it is what was expected: \`ask.mjs PORT shop@2\`. */
export const askProgram = `const [port, expected] = process.argv.slice(2);
const answer = await fetch('http://127.0.0.1:' + port + '/health').then((response) => response.json());
console.log('it serves ' + answer.revision);
process.exitCode = answer.revision === expected ? 0 : 1;
`;

/** One server's process: which program, for whom, and where. */
export interface ServerProcess {
  node: string;
  program: string;
  directory: string;
  name: string;
  port: number;
  /** The server ends when this process is gone. */
  ownerPid: number;
}

/**
 * Stops the old process of a server and starts a new one that serves what `current` points to; waits until it
 * answers. Running it twice only restarts twice.
 */
export function restartScript({ node, program, directory, name, port, ownerPid }: ServerProcess): string {
  return `#!/bin/sh
set -eu
cd '${directory}'
[ ! -e ../closed ] || { echo 'the fleet is closed'; exit 1; }
# A process that has ended and was not waited for still takes signals: its state is read instead.
alive() {
  if [ -r "/proc/$1/stat" ]; then
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -c 1)
  else
    state=$(ps -o stat= -p "$1" 2>/dev/null || true)
  fi
  case "$state" in '' | Z* | X*) return 1 ;; esac
}
[ ! -e slow ] || sleep 3
old=$(cat pid 2>/dev/null || true)
if [ -n "$old" ] && alive "$old"; then
  kill "$old" 2>/dev/null || true
  tries=0
  while alive "$old"; do
    tries=$((tries + 1))
    [ "$tries" -ne 100 ] || kill -9 "$old" 2>/dev/null || true
    [ "$tries" -lt 200 ] || { echo "process $old does not end"; exit 1; }
    sleep 0.05
  done
fi
rm -f pid
# In a session of its own where that is possible: who ends the step must not end the server.
$(command -v setsid || true) '${node}' '${program}' '${directory}' '${name}' '${port}' '${ownerPid}' </dev/null >>log 2>&1 &
new=$!
tries=0
until [ -e pid ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 200 ] || ! alive "$new"; then
    echo 'the new process does not answer'
    tail -n 5 log
    exit 1
  fi
  sleep 0.05
done
echo "${name} serves $(cat current/REVISION)"
`;
}

/** What the install step of the sample revisions does on one server: unpack beside, then switch in one move. */
export const installScript = `#!/bin/sh
set -eu
server=$LAMPLIGHTER_FLEET_DIRECTORY/$LAMPLIGHTER_SERVER
name=$LAMPLIGHTER_REVISION@$LAMPLIGHTER_VERSION
echo "unpacking $name on $LAMPLIGHTER_SERVER"
if [ -e "$server/break-next" ]; then
  rm -f "$server/break-next"
  echo "tar: page.html: Cannot write: No space left on device"
  echo "/dev/vda1  20G  20G  0  100% /srv"
  exit 1
fi
mkdir -p "$server/releases/$name"
cp page.html "$server/releases/$name/"
printf '%s\\n' "$name" >"$server/releases/$name/REVISION"
ln -sfn "releases/$name" "$server/next"
mv -T "$server/next" "$server/current" 2>/dev/null || { rm -f "$server/current"; mv "$server/next" "$server/current"; }
echo "switched to $name"
`;

/** What the restore step of the sample revisions does on one server: back to the release that its backup step named. */
export const restoreScript = `#!/bin/sh
set -eu
server=$LAMPLIGHTER_FLEET_DIRECTORY/$LAMPLIGHTER_SERVER
before=$1
[ -e "$server/$before/REVISION" ] || { echo "there is no $before to go back to"; exit 1; }
ln -sfn "$before" "$server/next"
mv -T "$server/next" "$server/current" 2>/dev/null || { rm -f "$server/current"; mv "$server/next" "$server/current"; }
echo "back to $(cat "$server/current/REVISION")"
`;

/**
 * The little HTTP server that every server of the fleet runs. What it serves is read once, at its start; an answer takes
 * 20 ms, and being told to stop it stops at once, as real servers do: without draining, requests are lost.
 */
export const serverProgram = `import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
const [directory, name, port] = process.argv.slice(2);
const revision = readFileSync(directory + '/current/REVISION', 'utf8').trim();
let answered = 0;
const server = createServer((request, response) => {
  if (request.url !== '/health') answered += 1;
  response.setHeader('connection', 'close');
  response.setHeader('content-type', 'application/json');
  const answer = () => response.end(JSON.stringify({ server: name, revision, answered }));
  if (request.url === '/health') answer();
  else setTimeout(answer, 20);
});
server.listen(Number(port), '127.0.0.1', () => writeFileSync(directory + '/pid', String(process.pid)));
process.on('SIGTERM', () => process.exit(0));
`;

/** Asks a server itself what it serves, and fails unless it is what was expected: \`ask.mjs PORT shop@2\`. */
export const askProgram = `const [port, expected] = process.argv.slice(2);
const answer = await fetch('http://127.0.0.1:' + port + '/health').then((response) => response.json());
console.log('it serves ' + answer.revision);
process.exitCode = answer.revision === expected ? 0 : 1;
`;

/**
 * Stops the old process of a server and starts a new one that serves what \`current\` points to; waits until it
 * answers. Running it twice only restarts twice.
 */
export function restartScript(
  node: string,
  program: string,
  directory: string,
  name: string,
  port: number,
): string {
  return `#!/bin/sh
set -eu
cd '${directory}'
if [ -e pid ] && kill -0 "$(cat pid)" 2>/dev/null; then
  old=$(cat pid)
  kill "$old"
  tries=0
  while [ "$(cut -d ' ' -f 3 "/proc/$old/stat" 2>/dev/null || ps -o stat= -p "$old" 2>/dev/null)" != "" ]; do
    case "$(cut -d ' ' -f 3 "/proc/$old/stat" 2>/dev/null || true)" in Z) break ;; esac
    tries=$((tries + 1)); [ "$tries" -lt 100 ] || { kill -9 "$old"; break; }
    sleep 0.05
  done
fi
rm -f pid
'${node}' '${program}' '${directory}' '${name}' '${port}' </dev/null >>log 2>&1 &
tries=0
until [ -e pid ]; do
  tries=$((tries + 1)); [ "$tries" -lt 200 ] || { echo 'the new process does not answer'; tail -5 log; exit 1; }
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

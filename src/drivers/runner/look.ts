import { type Look, Unreachable } from '../command.ts';
import { gather, type OpenChannel } from './channel.ts';
import { quotePath, shLine } from './shell-words.ts';

const lookMs = 15_000;

/** What the runner needs of a target; `run.sh check` asks for the same. */
const tools = ['flock', 'setsid', 'tar', 'tail', 'head', 'stat', 'wc'];

/** Looks at a target without leaving anything there, not even the runner. Rejects with `Unreachable`. */
export async function lookAround(target: {
  server: string;
  open: OpenChannel;
  workDirectory: string;
}): Promise<Look> {
  const channel = await target.open(shLine('exec /bin/sh -s'));
  const answer = await gather(channel, lookScript(target.workDirectory), lookMs);
  const free = /^free (\d+)$/m.exec(answer.stdout)?.[1];
  if (answer.exitCode !== 0 || !answer.stdout.includes('looked'))
    throw new Unreachable(
      `${target.server}: looking around failed: ${answer.stderr.trim() || answer.reason || 'no answer in time'}`,
    );
  return {
    missing: [...answer.stdout.matchAll(/^missing (.+)$/gm)].map(([, tool = '']) => tool),
    isWritable: !/^unwritable$/m.test(answer.stdout),
    freeBytes: free === undefined ? null : Number(free) * 1_024,
  };
}

/** Where the work directory is not there yet, its nearest parent counts: the first deployment makes it. */
function lookScript(workDirectory: string): string {
  return `for tool in ${tools.join(' ')}; do command -v "$tool" >/dev/null 2>&1 || echo "missing $tool"; done
[ -r /proc/self/stat ] || echo 'missing /proc'
place=${quotePath(workDirectory)}
while [ ! -e "$place" ]; do place=$(dirname -- "$place"); done
[ -d "$place" ] && [ -w "$place" ] && [ -x "$place" ] || echo unwritable
set -- $(df -Pk -- "$place" 2>/dev/null | tail -n 1)
[ -z "\${4:-}" ] || echo "free $4"
echo looked
`;
}

import type { WorldEvent } from '../../src/world/state.ts';
import type { Happening } from './invariant.ts';

const longestLine = 200;

/** A happening as one line, for whoever reads how a history went wrong. */
export function sayHappening(happening: Happening): string {
  switch (happening.is) {
    case 'row': {
      const { deployment, version, fence, data } = happening.row;
      return `#${deployment}.${version} ${data.slice(0, longestLine)}${fence === null ? '' : ` (fence ${fence})`}`;
    }
    case 'world':
      return sayWorld(happening.event);
    case 'told':
      return `${happening.envelope} is answered: ${happening.answer.slice(0, longestLine)}`;
    case 'ack':
      return `${happening.envelope} is acknowledged${happening.answer === '' ? '' : `: ${happening.answer.slice(0, longestLine)}`}`;
    case 'end':
      return happening.finished ? 'all has come to rest' : 'the time is up';
  }
}

function sayWorld({ type, machine, marker, fence, exitCode }: WorldEvent): string {
  const end = type === 'ended' ? ` with ${exitCode ?? 'no exit code'}` : '';
  return `${machine}: #${marker.deployment}/${marker.attempt} ${marker.task}.${marker.run} ${type}${end} (fence ${fence})`;
}

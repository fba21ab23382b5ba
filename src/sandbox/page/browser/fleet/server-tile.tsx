import type { ServerSnapshot } from '../../snapshot.ts';
import { hueOf } from '../chat/avatar.tsx';
import { Icon } from '../icons.tsx';
import { MachineButton } from './machine-button.tsx';
import { Sparkline } from './sparkline.tsx';

/** One server: what it serves, whether it is in service, what it answered, and what can be done to it. */
export function ServerTile({ server }: { server: ServerSnapshot }) {
  const { name, revision, isStopped, answered, failed, answeredEachSecond } = server;
  const service = serviceOf(server);
  return (
    <article class={`server service-${service.kind}`} aria-label={name} data-server={name}>
      <p class="server-head">
        <strong>{name}</strong>
        <span
          class={isStopped ? 'revision revision-none' : 'revision'}
          style={{ '--hue': String(hueOf(revision)) }}
        >
          {revision}
        </span>
        <span class="service">{service.words}</span>
      </p>
      <div class="server-numbers">
        <small>
          {answered.toLocaleString('en')} answered
          <span class={failed > 0 ? 'bad' : ''}> · {failed.toLocaleString('en')} failed</span>
        </small>
        <Sparkline values={answeredEachSecond} hue={hueOf(revision)} />
      </div>
      <Switches server={server} />
    </article>
  );
}

function Switches({ server }: { server: ServerSnapshot }) {
  const { name, failsNext, isStopped, isSlow } = server;
  const body = { server: name };
  return (
    <div class="server-switches">
      <MachineButton act="fail-next" body={body} isOn={failsNext} label={`Fail the next step of ${name}`}>
        <Icon name="warning" />
        {failsNext ? 'Fails next' : 'Fail next'}
      </MachineButton>
      <MachineButton
        act="slow-down"
        body={{ ...body, isSlow: !isSlow }}
        isOn={isSlow}
        label={isSlow ? `Let ${name} be quick again` : `Slow ${name} down`}
      >
        <Icon name="slow" />
        {isSlow ? 'Slow' : 'Slow down'}
      </MachineButton>
      <MachineButton
        act={isStopped ? 'start-server' : 'stop-server'}
        body={body}
        isOn={isStopped}
        label={isStopped ? `Start the process of ${name}` : `Stop the process of ${name}`}
      >
        <Icon name="power" />
        {isStopped ? 'Start' : 'Stop'}
      </MachineButton>
    </div>
  );
}

/** HAProxy says more, such as `DOWN 1/2`: the first word counts. */
function serviceOf({ balancer }: ServerSnapshot): { kind: string; words: string } {
  const [word = 'unknown'] = balancer.split(' ');
  const known: Record<string, { kind: string; words: string }> = {
    UP: { kind: 'up', words: 'in service' },
    DRAIN: { kind: 'drained', words: 'drained' },
    MAINT: { kind: 'drained', words: 'maintenance' },
    DOWN: { kind: 'down', words: 'down' },
  };
  return known[word] ?? { kind: 'unknown', words: balancer };
}

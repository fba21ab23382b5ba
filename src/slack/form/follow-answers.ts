import { setTimeout as delay } from 'node:timers/promises';

import type { WebClient } from '@slack/web-api';

import { askServers, awaitedServers } from '../../app/ask-servers.ts';
import type { Person } from '../../domain/roles.ts';
import type { BotNeeds } from '../bot.ts';
import { drawForm, type MoreInForm, planOf } from './draw-form.ts';
import type { FormState } from './form-state.ts';

/** A form as it was drawn last. */
export interface DrawnForm {
  view: { id?: string; hash?: string } | undefined;
  state: FormState;
  person: Person;
  more: MoreInForm;
}

/** Has the servers of a form asked, and draws it anew as they answer. Nobody waits for it, and what goes wrong is left. */
export interface Follower {
  /** For half a minute, or until somebody changes the form. */
  follow(client: WebClient, drawn: DrawnForm): void;
  /** Somebody changes the form: whoever hears it draws it. */
  leave(view: string): void;
}

/** What the handlers of the form are built with. */
export interface FormNeeds extends BotNeeds {
  follower: Follower;
}

const standsStillMs = 1_000;
const lookEveryMs = 500;
const looksAtMost = 60;

/** Builds a follower; another process that follows the same form is told apart by the hash that Slack keeps of it. */
export function createFollower(needs: BotNeeds): Follower {
  const followed = new Map<string, symbol>();
  return {
    leave: (view) => void followed.delete(view),
    follow: (client, drawn) => {
      const id = drawn.view?.id ?? '';
      const mine = Symbol(id);
      followed.set(id, mine);
      redrawAsTheyAnswer(needs, client, { ...drawn, isLeft: () => followed.get(id) !== mine })
        .catch((error: unknown) =>
          needs.log.info({ error }, 'a form is not filled in with what its servers say'),
        )
        .finally(() => (followed.get(id) === mine ? followed.delete(id) : false));
    },
  };
}

async function redrawAsTheyAnswer(
  needs: BotNeeds,
  client: WebClient,
  { view, state, person, more, isLeft }: DrawnForm & { isLeft: () => boolean },
): Promise<void> {
  // Whoever is still choosing asks no servers for what is only on the way to a choice.
  await delay(standsStillMs, undefined, { ref: false });
  const { planned } = isLeft() ? { planned: null } : await planOf(needs, state, person, more.joins ?? null);
  if (!planned || isLeft()) return;
  await askServers(needs.app, planned.plan);
  let awaited = await awaitedServers(needs.app, planned.plan);
  let hash = view?.hash;
  for (let look = 0; awaited > 0 && look < looksAtMost && !isLeft(); look += 1) {
    await delay(lookEveryMs, undefined, { ref: false });
    const left = isLeft() ? awaited : await awaitedServers(needs.app, planned.plan);
    if (left >= awaited) continue;
    awaited = left;
    const drawn = await drawForm(needs, state, person, more);
    if (isLeft()) return;
    const form = { view_id: view?.id ?? '', view: drawn };
    hash = (await client.views.update(hash === undefined ? form : { ...form, hash })).view?.hash;
  }
}

import { setTimeout as delay } from 'node:timers/promises';

import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';

import { awaitedServers } from '../app/ask-servers.ts';
import type { Person } from '../domain/roles.ts';
import type { BotNeeds } from './bot.ts';
import { drawForm, type MoreInForm, planOf } from './draw-form.ts';
import type { FormState } from './form-state.ts';

/** A form as it was drawn last. */
export interface DrawnForm {
  view: { id?: string; hash?: string } | undefined;
  state: FormState;
  person: Person;
  more: MoreInForm;
}

const lookEveryMs = 500;
const looksAtMost = 60;

/**
 * Draws a form anew as the servers that were asked for it answer, for half a minute. A form that was changed meanwhile
 * is left alone: it has been drawn with what is known. Nobody waits for this, and what goes wrong is left.
 */
export function followAnswers(needs: BotNeeds, client: WebClient, drawn: DrawnForm): void {
  follow(needs, client, drawn).catch((error: unknown) =>
    needs.log.info({ error }, 'a form is not filled in with what servers answer: it was changed or closed'),
  );
}

async function follow(needs: BotNeeds, client: WebClient, drawn: DrawnForm): Promise<void> {
  const { state, person, more } = drawn;
  const { planned } = await planOf(needs, state, person);
  if (!planned) return;
  let awaited = await awaitedServers(needs.app, planned.plan);
  let hash = drawn.view?.hash;
  for (let look = 0; awaited > 0 && look < looksAtMost; look += 1) {
    await delay(lookEveryMs, undefined, { ref: false });
    const left = await awaitedServers(needs.app, planned.plan);
    if (left >= awaited) continue;
    awaited = left;
    const view: ModalView = await drawForm(needs, state, person, more);
    const updated = await client.views.update({
      view_id: drawn.view?.id ?? '',
      view,
      ...(hash !== undefined && { hash }),
    });
    hash = updated.view?.hash;
  }
}

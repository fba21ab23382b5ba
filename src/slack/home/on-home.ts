import type { AllMiddlewareArgs, AnyMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';

import { readHome } from '../../app/read-home.ts';
import type { Home, HomeShowing } from '../../store/homes.ts';
import { StoreUnavailable } from '../../store/unavailable.ts';
import type { BotNeeds } from '../bot.ts';
import type { FormNeeds } from '../form/follow-answers.ts';
import { openForm } from '../form/open-form.ts';
import type { Press } from '../heard.ts';
import { ids } from '../ids.ts';
import { sentenceView } from './home-view.ts';
import { type HomeClient, type HomeNeeds, type Homes, isFollowed } from './show-home.ts';

/** What the handlers of App Home are built with. */
export interface HomeHandlerNeeds extends BotNeeds {
  homes: Homes;
}

/** Somebody opened App Home: it is drawn anew from what is so now. */
export async function onHomeOpened(
  needs: HomeHandlerNeeds,
  { event, client }: AllMiddlewareArgs & SlackEventMiddlewareArgs<'app_home_opened'>,
): Promise<void> {
  if (event.tab !== 'home') return;
  try {
    await showNow(needs, client, await needs.app.store.openHome(event.user, needs.app.now()), null);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const view = sentenceView(
      `Lamplighter cannot use its database now: ${error.reason}. Tell whoever runs Lamplighter, and open this again after that.`,
    );
    await client.views.publish({ user_id: event.user, view });
  }
}

/** Only my environments, or all of them; it stays so until they choose again. */
export async function onHomeChoice({ app }: BotNeeds, { body, action, ack }: Press): Promise<void> {
  await ack();
  await app.store.openHome(body.user.id, app.now());
  await app.store.chooseHome(body.user.id, action.action_id === ids.homeMine);
}

/** New deployment: an empty form. */
export async function onNewDeployment(needs: FormNeeds, { body, ack, client }: Press): Promise<void> {
  await ack();
  const empty = { channel: null, selection: [], environment: null, when: '' };
  await openForm(needs, { ...empty, client, trigger: body.trigger_id, by: body.user.id });
}

/**
 * After whatever a person pressed in their Home or sent from a form, their Home is drawn anew at once. That it could
 * not be is only logged: what they decided stands, and the next change draws it.
 */
export function redrawAfterActs(needs: HomeHandlerNeeds) {
  return async ({ body, client, next }: AnyMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    await next();
    const act = actOf(body);
    if (!act) return;
    try {
      const home = await homeOf(needs, act);
      if (home) await showNow(needs, client, home, 0);
    } catch (error) {
      needs.log.warn(
        { error, person: act.by },
        'a Home could not be drawn after a press; the next change does',
      );
    }
  };
}

interface Act {
  by: string;
  inHome: boolean;
}

function actOf(body: object): Act | null {
  const { type, user, view } = body as {
    type?: string;
    user?: { id?: string };
    view?: { type?: string };
  };
  if (type !== 'block_actions' && type !== 'view_submission') return null;
  const inHome = type === 'block_actions' && view?.type === 'home';
  if (!user?.id || (type === 'block_actions' && !inHome)) return null;
  return { by: user.id, inHome };
}

/** Who presses in their Home is looking at it. */
async function homeOf({ app: { store, now } }: HomeNeeds, { by, inHome }: Act): Promise<Home | null> {
  if (inHome) return await store.openHome(by, now());
  const home = await store.home(by);
  return home && isFollowed(home, now()) ? home : null;
}

async function showNow(
  { app, homes }: HomeHandlerNeeds,
  client: HomeClient,
  home: Home,
  unlessTriedWithinMs: HomeShowing['unlessTriedWithinMs'],
): Promise<void> {
  const drawn = await homes.draw(client, home, await readHome(app));
  await homes.show(client, drawn, unlessTriedWithinMs);
}

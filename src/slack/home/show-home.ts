import { createHash } from 'node:crypto';

import type { HomeView } from '@slack/types';
import type { WebClient } from '@slack/web-api';

import type { HomeDeployment, HomeFacts } from '../../app/read-home.ts';
import { carriedBy } from '../../app/voices.ts';
import type { Vote } from '../../domain/deployment/deployment.ts';
import type { Person } from '../../domain/roles.ts';
import type { Home, HomeShowing } from '../../store/homes.ts';
import type { BotNeeds } from '../bot.ts';
import { followedMs, homeView } from './home-view.ts';

/** What showing Homes is built with. */
export type HomeNeeds = Pick<BotNeeds, 'app' | 'log'>;

/** The part of Slack's client that shows a Home. */
export type HomeClient = Pick<WebClient, 'views' | 'auth'>;

/** A Home as it is to be shown. */
export interface DrawnHome {
  home: Home;
  view: HomeView;
  digest: string;
  /** False where Slack did not say who this is. */
  isKnown: boolean;
}

/** Draws Homes and shows them. */
export interface Homes {
  draw(client: HomeClient, home: Home, facts: HomeFacts): Promise<DrawnHome>;
  /** Shows it, unless that is not needed or not yet due; what Slack refuses is thrown. */
  show(client: HomeClient, drawn: DrawnHome, unless: HomeShowing['unlessTriedWithinMs']): Promise<boolean>;
}

/** Builds what shows Homes; the address of the workspace is asked for once. */
export function createHomes({ app }: HomeNeeds): Homes {
  const links = createLinks();
  return {
    draw: async (client, home, facts) => {
      const [person, linkTo] = await Promise.all([app.findPerson(home.person), links(client)]);
      const carried = await carriedVotes(app, person, facts);
      const view = homeView(facts, { person, home, configuration: app.configuration(), linkTo, carried });
      const digest = createHash('sha256').update(JSON.stringify(view)).digest('hex');
      return { home, view, digest, isKnown: person.standing !== 'unknown' };
    },
    show: async ({ views }, { home: { person }, view, digest }, unlessTriedWithinMs) => {
      const { store, now } = app;
      const token = await store.beginShowing({ person, digest, at: now(), unlessTriedWithinMs });
      if (token === null) return false;
      let shown: string | null = null;
      try {
        await views.publish({ user_id: person, view });
        shown = digest;
      } finally {
        await store.endShowing(person, token, shown);
      }
      return true;
    },
  };
}

/** What others handed to them, and whether it may still be given, is looked up for each who has such a vote. */
async function carriedVotes(
  app: HomeNeeds['app'],
  person: Person,
  { unfinished, hands }: HomeFacts,
): Promise<Map<number, Vote[]>> {
  const theirs = unfinished.filter(({ deployment: { number } }) =>
    hands.get(number)?.some(({ to }) => to === person.id),
  );
  const carried = await Promise.all(
    theirs.map(async ({ deployment, environment }) => {
      const ballot = { deployment, environment, hands: hands.get(deployment.number) ?? [] };
      return [deployment.number, await carriedBy(app, person, ballot)] as const;
    }),
  );
  return new Map(carried);
}

/** Whether somebody may still be looking. */
export function isFollowed({ openedAt }: Home, now: number): boolean {
  return now - openedAt < followedMs;
}

type LinkTo = (card: HomeDeployment['card']) => string | null;

/** Links to cards, as Slack writes them; none while Slack does not say what the workspace is called. */
function createLinks(): (client: HomeClient) => Promise<LinkTo> {
  let known: string | null = null;
  return async (client) => {
    known ??= await client.auth.test().then(
      ({ url }) => url ?? null,
      () => null,
    );
    const base = known;
    return (card) =>
      card && base !== null ? `${base}archives/${card.channel}/p${card.ts.replace('.', '')}` : null;
  };
}

import { excludeServer, includeServer } from '../../app/exclude-server.ts';
import { agreeForOwner, ownerAgrees } from '../../app/owner-answer.ts';
import { rehearseAgain } from '../../app/rehearse-deployment.ts';
import { takeWatch } from '../../app/watch-deployment.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { BotNeeds } from '../bot.ts';
import { type ButtonValue, ids } from '../ids.ts';
import { mostRows } from './preparation-buttons.ts';

type Decide = (needs: BotNeeds, by: string, value: ButtonValue) => Promise<Verdict<unknown>>;

/** What the buttons around a start decide, by their ids. */
export const preparationDecisions: Record<string, Decide> = {
  ...inRows(
    ids.exclude,
    async ({ app }, by, { number, member = '' }) => await excludeServer(app, { by, number, server: member }),
  ),
  ...inRows(
    ids.allTheSame,
    async ({ app }, by, { number, member = '' }) => await agreeForOwner(app, { by, number, owner: member }),
  ),
  [ids.include]: async ({ app }, by, { number, member = '' }) =>
    await includeServer(app, { by, number, server: member }),
  [ids.rehearse]: async ({ app }, by, { number }) => await rehearseAgain(app, { by, number }),
  [ids.fine]: async ({ app }, by, { number }) => await ownerAgrees(app, { by, number }),
  [ids.watch]: async ({ app }, by, { number }) => await takeWatch(app, { by, number }),
};

/** The same for every row that a message may have. */
function inRows(idOf: (row: number) => string, decide: Decide): Record<string, Decide> {
  return Object.fromEntries(Array.from({ length: mostRows }, (_, row) => [idOf(row), decide]));
}

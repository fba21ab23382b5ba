import type { Actor } from '../domain/actor.ts';
import { type ChannelTelling, refuseTellingChooser } from '../domain/channel-telling.ts';
import type { Environment } from '../domain/configured/environment.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { ChosenTelling } from '../store/settings.ts';
import { findEnvironment } from './find-environment.ts';
import type { AppNeeds } from './needs.ts';

/** An environment, and what somebody chose for its channel; null where nobody did. */
export interface OfferedTelling {
  environment: Environment;
  chosen: ChosenTelling | null;
}

/** What an environment's channel is told now, for whoever may choose it. */
export async function offerChannelTelling(
  needs: AppNeeds,
  { by, environment: name }: { by: string; environment: string },
): Promise<Verdict<OfferedTelling>> {
  const found = findEnvironment(needs.configuration(), name);
  if (!found.ok) return found;
  const person = await needs.findPerson(by);
  const refusal = refuseTellingChooser(person, needs.configuration(), found.value);
  if (refusal) return refuse(refusal);
  return accept({ environment: found.value, chosen: await needs.store.channelTelling(name) });
}

/** Chooses what an environment's channel is told from now on; the same twice is written once. */
export async function chooseChannelTelling(
  needs: AppNeeds,
  request: Actor & { environment: string; tells: ChannelTelling },
): Promise<Verdict<ChosenTelling>> {
  const offered = await offerChannelTelling(needs, request);
  if (!offered.ok) return offered;
  const { environment, tells, by, via } = request;
  const chosen: ChosenTelling = { environment, tells, by, via, at: needs.now() };
  await needs.store.chooseChannelTelling(chosen);
  return accept(chosen);
}

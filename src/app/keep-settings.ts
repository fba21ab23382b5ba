import { type PersonSettings, refuseSettings, usualSettings } from '../domain/person-settings.ts';
import { standingSentence } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import type { AppNeeds } from './needs.ts';

/** Somebody says which direct messages reach them, and when. */
export interface KeepSettings {
  by: string;
  settings: PersonSettings;
}

/** What somebody chose, or what holds for whoever never did; refused to whoever gets no direct messages at all. */
export async function settingsOf(needs: AppNeeds, by: string): Promise<Verdict<PersonSettings>> {
  const stranger = await refuseStranger(needs, by);
  if (stranger) return refuse(stranger);
  return accept((await needs.store.personSettings(by)) ?? usualSettings);
}

/** Keeps what somebody chose. It counts at once, for what waits as well. */
export async function keepSettings(
  needs: AppNeeds,
  { by, settings }: KeepSettings,
): Promise<Verdict<PersonSettings>> {
  const refusal = (await refuseStranger(needs, by)) ?? refuseSettings(settings);
  if (refusal) return refuse(refusal);
  await needs.store.keepPersonSettings({ person: by, settings, at: needs.now() });
  return accept(settings);
}

async function refuseStranger({ findPerson }: AppNeeds, by: string): Promise<Refusal | null> {
  const person = await findPerson(by);
  if (person.standing === 'member') return null;
  return {
    rule: 'D-01',
    message: `Direct messages go to members only. ${standingSentence(person)}`,
    liftedBy: 'a workspace admin',
    wayOut: 'Ask a workspace admin to make you a member.',
  };
}

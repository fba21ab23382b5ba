import type { Environment } from '../../domain/configured/environment.ts';
import type { EnvironmentFile } from '../schema/configuration.ts';

/** What is done before a start; what is not configured stands in no plan, whose hash is then as it always was. */
export function normalisePreparation({
  watcher,
  rehearsal,
  ownerConsent,
}: EnvironmentFile): Pick<Environment, 'watcher' | 'rehearsal' | 'ownerConsent'> {
  return {
    ...(watcher && {
      watcher: {
        outside: watcher.outside,
        from: watcher.from,
        confirmMinutes: watcher.confirmMinutes ?? 15,
        ifAbsent: watcher.ifAbsent ?? 'pause',
      },
    }),
    ...(rehearsal && { rehearsal: { minutesBefore: rehearsal.minutesBefore } }),
    ...(ownerConsent && {
      ownerConsent: { minutesBefore: ownerConsent.minutesBefore, silence: ownerConsent.silence ?? 'yes' },
    }),
  };
}

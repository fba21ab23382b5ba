import { sayTime } from '../domain/calendar/calendar.ts';
import type { Seats } from '../domain/configured/approval-rule.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { isUnseen } from '../domain/deployment/glass.ts';
import { isForOwners, namesOfSeats, saySeats, sayWhatItTakes } from '../domain/deployment/seats.ts';
import { standingSentence } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { mayLook, seatsThatLook } from './remind-of-glass.ts';

/** An approver says that they have looked at what was done without them; that ends the reminders. */
export async function acknowledgeGlass(
  needs: AppNeeds,
  request: { by: string; number: number },
): Promise<Verdict<number>> {
  const person = await needs.findPerson(request.by);
  return await decide<number>(needs, request.number, ({ deployment, plan }) => {
    const environment = currentEnvironment(needs.configuration(), plan);
    if (!isUnseen(deployment.glass)) return refuse(nothingToSee(deployment));
    if (!mayLook(needs, person, { deployment, environment })) {
      const seats = seatsThatLook(environment, deployment);
      return refuse({
        rule: 'approval.breakGlass',
        message:
          person.standing === 'member'
            ? `${sayWhoLooks(seats)} who neither broke the glass of #${deployment.number} nor requested it has to look.`
            : standingSentence(person),
        liftedBy: saySeats(seats),
        wayOut: `Ask ${namesOfSeats(needs.configuration(), seats) || 'a global_admin'}.`,
      });
    }
    return accept({
      events: [{ type: 'glass_seen', by: person.id }],
      due: [{ remove: 'glass-seen' }],
      answer: deployment.number,
    });
  });
}

/** `Somebody with the role promotion_admin`, or the owners among them. */
function sayWhoLooks(seats: Seats[]): string {
  return `Somebody ${seats.every(isForOwners) ? 'who is' : 'with'} ${sayWhatItTakes(seats)}`;
}

function nothingToSee({ number, glass, zone }: Deployment): Refusal {
  const seen = glass.broken.findLast((broken) => broken.seen !== null)?.seen;
  return {
    rule: 'law-14',
    message: seen
      ? `<@${seen.by}> has seen it already, at ${sayTime(seen.at, zone)}.`
      : `The glass of #${number} is whole.`,
    liftedBy: 'nobody',
    wayOut: `See \`/deploy show ${number}\`.`,
  };
}

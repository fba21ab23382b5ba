import { sayTime } from '../domain/calendar/calendar.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { isUnseen } from '../domain/deployment/glass.ts';
import { namesOfRole, standingSentence } from '../domain/roles.ts';
import { accept, refuse, type Refusal, type Verdict } from '../domain/verdict.ts';
import { decide } from './decide.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';
import { mayLook, rolesThatLook } from './remind-of-glass.ts';

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
      const roles = rolesThatLook(environment);
      const names = roles.map((role) => namesOfRole(needs.configuration(), role)).filter(Boolean);
      return refuse({
        rule: 'approval.breakGlass',
        message:
          person.standing === 'member'
            ? `Somebody with the role ${roles.join(' or ')} who neither broke the glass of #${deployment.number} nor requested it has to look.`
            : standingSentence(person),
        liftedBy: roles.join(' or '),
        wayOut: `Ask ${names.join(', ') || 'a global_admin'}.`,
      });
    }
    return accept({
      events: [{ type: 'glass_seen', by: person.id }],
      due: [{ remove: 'glass-seen' }],
      answer: deployment.number,
    });
  });
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

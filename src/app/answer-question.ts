import { answerTo } from '../domain/deployment/answer.ts';
import type { Deployment } from '../domain/deployment/deployment.ts';
import { refuseOperator } from '../domain/deployment/operator.ts';
import type { DeploymentEvent } from '../domain/events/deployment-event.ts';
import type { Choice, Question } from '../domain/events/question.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
import type { DueChange } from '../store/due.ts';
import { decide } from './decide.ts';
import { decidedAlready } from './decided-already.ts';
import { currentEnvironment } from './load-deployment.ts';
import type { AppNeeds } from './needs.ts';

/** A person's answer to the open question. */
export interface AnswerQuestion {
  by: string;
  number: number;
  question: string;
  choice: Choice;
}

/** Takes the first answer to a question; later ones are told who answered. */
export async function answerQuestion(needs: AppNeeds, request: AnswerQuestion): Promise<Verdict<Choice>> {
  const person = await needs.findPerson(request.by);
  return await decide<Choice>(needs, request.number, async ({ deployment, plan }) => {
    const { question, number } = deployment;
    if (question?.id !== request.question || !question.choices.includes(request.choice))
      return refuse({
        rule: 'law-14',
        message:
          (await decidedAlready(needs.store, deployment, (decision) =>
            answers(decision, request.question),
          )) ?? `This question of #${number} has been answered already.`,
        liftedBy: 'nobody',
        wayOut: `See \`/deploy show ${number}\`.`,
      });
    const environment = currentEnvironment(needs.configuration(), plan);
    const refusal = refuseOperator(person, needs.configuration(), environment, deployment);
    if (refusal) return refuse(refusal);
    const events = answerEvents(deployment, question, request.choice, person.id);
    const due = [{ remove: 'question' as const }, ...startAgain(deployment, request.choice)];
    return accept({ events, due, answer: request.choice });
  });
}

function answers(decision: Parameters<Parameters<typeof decidedAlready>[2]>[0], question: string): boolean {
  return decision.type === 'question_answered' && decision.question === question;
}

/** The deadline has passed: the default is taken, and the thread says so. Does nothing when somebody answered. */
export async function answerByDefault(needs: Pick<AppNeeds, 'store' | 'now'>, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment }) => {
    const { question } = deployment;
    if (!question || question.deadlineAt > needs.now())
      return refuse({ rule: 'law-14', message: 'already answered', liftedBy: 'nobody', wayOut: '' });
    const events = answerEvents(deployment, question, question.defaultChoice, 'system');
    return accept({ events, due: [{ remove: 'question' }], answer: null });
  });
}

/** Its hour may have come and passed unheard in the moment of the answer. */
function startAgain({ startsAt }: Deployment, choice: Choice): DueChange[] {
  return choice === 'keep' && startsAt !== null ? [{ add: 'start', at: startsAt }] : [];
}

function answerEvents(
  deployment: Deployment,
  question: Question,
  choice: Choice,
  by: string,
): [DeploymentEvent, ...DeploymentEvent[]] {
  const answered = answerTo(deployment, question, choice, by);
  const { kind } = question;
  const who = by === 'system' ? 'nobody answered in time' : `<@${by}> decided so`;
  if (kind === 'after-restore' && choice === 'skip')
    return [
      answered,
      { type: 'missed', reason: `after the restore of the database it was not kept: ${who}` },
    ];
  if (kind !== 'missed-start' && kind !== 'no-watcher') return [answered];
  if (choice === 'start') return [answered, { type: 'queued', behind: null }];
  const why = kind === 'no-watcher' ? 'nobody watches it' : 'its start was missed';
  return [answered, { type: 'missed', reason: `${why} and it was not started later: ${who}` }];
}

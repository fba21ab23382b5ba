import type { Choice, DeploymentEvent } from '../domain/events.ts';
import { refuseOperator } from '../domain/operator.ts';
import { accept, refuse, type Verdict } from '../domain/verdict.ts';
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
    const events = answerEvents(question.kind, question.id, request.choice, person.id);
    return accept({ events, due: [{ remove: 'question' }], answer: request.choice });
  });
}

function answers(decision: Parameters<Parameters<typeof decidedAlready>[2]>[0], question: string): boolean {
  return decision.type === 'question_answered' && decision.question === question;
}

/** The deadline has passed: the default is taken, and the thread says so. Does nothing when somebody answered. */
export async function answerByDefault(needs: AppNeeds, number: number): Promise<void> {
  await decide<null>(needs, number, ({ deployment }) => {
    const { question } = deployment;
    if (!question || question.deadlineAt > needs.now())
      return refuse({ rule: 'law-14', message: 'already answered', liftedBy: 'nobody', wayOut: '' });
    const events = answerEvents(question.kind, question.id, question.defaultChoice, 'system');
    return accept({ events, due: [{ remove: 'question' }], answer: null });
  });
}

function answerEvents(
  kind: string,
  question: string,
  choice: Choice,
  by: string,
): [DeploymentEvent, ...DeploymentEvent[]] {
  const answered: DeploymentEvent = { type: 'question_answered', question, choice, by };
  if (kind !== 'missed-start') return [answered];
  const who = by === 'system' ? 'nobody answered in time' : `<@${by}> decided so`;
  return choice === 'start'
    ? [answered, { type: 'queued', behind: null }]
    : [answered, { type: 'missed', reason: `its start was missed and it was not started later: ${who}` }];
}

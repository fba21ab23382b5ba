import { currentEnvironment } from '../../app/load-deployment.ts';
import { system } from '../../domain/actor.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { sayChoice } from '../../domain/deployment/choice.ts';
import { operatorRoles } from '../../domain/deployment/operator.ts';
import type { DeploymentEvent } from '../../domain/events/deployment-event.ts';
import type { Question } from '../../domain/events/question.ts';
import { actions, context, section } from '../blocks.ts';
import { answerButtons } from '../card/answer-buttons.ts';
import { slackInstant } from '../escape.ts';
import { detailsButton, noticeContent } from './notice-blocks.ts';
import type { Notice, NoticeFacts, NoticeMaker } from './notice.ts';
import { peopleWithRoles } from './people-with-roles.ts';

/** Asks whoever may answer what a deployment asks, and tells them the answer. */
export const questionNotices: NoticeMaker = async (facts) => {
  const { question } = facts.deployment;
  const answers = facts.news.flatMap(({ event }) => (event.type === 'question_answered' ? [event] : []));
  if (!question && answers.length === 0) return [];
  const people = await whoMayAnswer(facts);
  const about = 'question';
  return people.flatMap((to): Notice[] => {
    const keyOf = (id: string): string => `notice:question:${facts.deployment.number}:${id}:${to}`;
    const closed = answers.map((answer): Notice => ({
      to,
      about,
      key: keyOf(answer.question),
      content: answeredContent(facts, answer),
    }));
    if (!question) return closed;
    return [...closed, { to, about, key: keyOf(question.id), content: askContent(facts, question) }];
  });
};

/** The requester, and whoever may deploy there. */
async function whoMayAnswer(facts: NoticeFacts): Promise<string[]> {
  const { deployment, plan, configuration } = facts;
  const { kind } = currentEnvironment(configuration, plan);
  const people = new Set((await peopleWithRoles(facts, kind, operatorRoles)).keys());
  if (deployment.requestedBy !== system) people.add(deployment.requestedBy);
  return [...people];
}

function askContent(facts: NoticeFacts, { text, defaultChoice, deadlineAt }: Question) {
  const { deployment } = facts;
  const until = slackInstant(deadlineAt, sayTime(deadlineAt, deployment.zone));
  return noticeContent(facts, `it asks: ${text}`, [
    section(`*A question*: ${text}`),
    context(`If nobody answers until ${until}: ${sayChoice(defaultChoice)}.`),
    ...actions('question', [...answerButtons(deployment), detailsButton(deployment)]),
  ]);
}

function answeredContent(
  facts: NoticeFacts,
  { by, choice }: Extract<DeploymentEvent, { type: 'question_answered' }>,
) {
  const who = by === system ? 'Nobody answered in time' : `<@${by}> answered`;
  return noticeContent(facts, 'its question has an answer', [
    section(`${who}: *${sayChoice(choice)}*.`),
    ...actions('question', [detailsButton(facts.deployment)]),
  ]);
}

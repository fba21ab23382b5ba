import { loadDeployment } from '../../app/load-deployment.ts';
import type { AppNeeds } from '../../app/needs.ts';
import { createHandsOf } from '../../app/voices.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { sayLock, type EnvironmentLock } from '../../domain/deployment/lock.ts';
import { factsOf, type Fact } from '../../progress/facts.ts';
import type { DeploymentSummary } from '../../store/deployments.ts';
import { sayListed } from '../../wording/listed.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { threadLine } from '../../wording/thread-line.ts';
import { section, type MessageContent } from '../blocks.ts';
import { deploymentCard } from '../card/card.ts';
import { slackInstant } from '../escape.ts';

/** Locked environments first, then the newest deployments, a line each. */
export function listMessage(locks: EnvironmentLock[], summaries: DeploymentSummary[]): MessageContent {
  if (summaries.length + locks.length === 0) {
    const text = 'Nothing was deployed yet. `/deploy` opens the form.';
    return { text, blocks: [section(text)] };
  }
  const instant = (at: number): string => slackInstant(at, sayTime(at, 'UTC'));
  const closed = locks.map((lock) => sayLock(lock, instant(lock.since)));
  const lines = summaries.map((summary) => sayListed(summary, instant));
  const text = `${locks.length === 0 ? '' : `${locks.length} locked, `}${summaries.length} deployments`;
  return { text, blocks: [...chunked(closed), ...chunked(lines)] };
}

const linesPerSection = 15;
const shownFacts = 30;

function chunked(lines: string[]) {
  const count = Math.ceil(lines.length / linesPerSection);
  return Array.from({ length: count }, (_, index) =>
    section(lines.slice(index * linesPerSection, (index + 1) * linesPerSection).join('\n')),
  );
}

/** One deployment for one person: its card without buttons, and the latest of what happened. */
export async function showMessage(needs: AppNeeds, number: number): Promise<MessageContent> {
  const loaded = await loadDeployment(needs.store, number);
  if (!loaded.ok) {
    const text = sayRefusals(loaded.refusals);
    return { text, blocks: [section(text)] };
  }
  const { deployment, plan } = loaded.value;
  const members = await needs.store.members(plan.environment.name);
  const card = deploymentCard(deployment, plan, members, await createHandsOf(needs)(deployment, plan));
  const instant = (at: number): string => slackInstant(at, sayTime(at, deployment.zone));
  const facts = factsOf(plan, await needs.store.eventsAfter(number, 0)).slice(-shownFacts);
  const lines = facts.map(
    (fact: Fact) => `${instant(fact.at)} ${threadLine(plan, fact, instant).split('\n')[0] ?? ''}`,
  );
  const blocks = card.blocks.filter((block) => block.type !== 'actions');
  return { text: card.text, blocks: [...blocks, ...chunked(lines)] };
}

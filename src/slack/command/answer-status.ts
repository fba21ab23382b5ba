import { type EnvironmentStatus, environmentStatus } from '../../app/environment-status.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import type { Refusal } from '../../domain/verdict.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { sayStatus, sayStatusLine } from '../../wording/status.ts';
import { header, type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { slackInstant } from '../escape.ts';
import { fitting } from './fitting.ts';

/** `/deploy status E`: what runs there, what waits, whether it is open. Alone: a line for every environment. */
export async function answerStatus(needs: BotNeeds, environment: string | null): Promise<MessageContent> {
  if (environment === null) return await everyEnvironment(needs);
  const verdict = await environmentStatus(needs.app, environment);
  if (!verdict.ok) return refused(verdict.refusals);
  const instant = instantOf(verdict.value);
  const lines = sayStatus(verdict.value, needs.app.now(), instant);
  return { text: `${environment}: ${lines[0] ?? ''}`, blocks: [header(environment), ...fitting(lines)] };
}

async function everyEnvironment({ app }: BotNeeds): Promise<MessageContent> {
  const lines: string[] = [];
  for (const { name } of app.configuration().environments) {
    const verdict = await environmentStatus(app, name);
    if (verdict.ok) lines.push(sayStatusLine(verdict.value, instantOf(verdict.value)));
  }
  const text = `${lines.length} ${lines.length === 1 ? 'environment' : 'environments'}. \`/deploy status E\` says more of one.`;
  return { text, blocks: [...fitting(lines), section(text)] };
}

function instantOf({ environment }: EnvironmentStatus): (at: number) => string {
  return (at) => slackInstant(at, sayTime(at, environment.timezone));
}

function refused(refusals: Refusal[]): MessageContent {
  const text = sayRefusals(refusals);
  return { text, blocks: [section(text)] };
}

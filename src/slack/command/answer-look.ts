import { standingSentence } from '../../domain/roles.ts';
import { type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { answerHistory } from './answer-history.ts';
import { answerRevisions } from './answer-revisions.ts';
import { answerStatus } from './answer-status.ts';
import { answerWhy } from './answer-why.ts';
import type { Command } from './command-text.ts';

/** Commands that look at something and change nothing. */
type Look = Extract<Command, { do: 'why' | 'status' | 'history' | 'revisions' }>;

const looks: Record<Look['do'], true> = { why: true, status: true, history: true, revisions: true };

/** True for a command that only looks. */
export function isLook(command: Command): command is Look {
  return Object.hasOwn(looks, command.do);
}

/** What stands in the channels of others is read by members only. */
export async function answerLook(needs: BotNeeds, look: Look, by: string): Promise<MessageContent> {
  const person = await needs.app.findPerson(by);
  if (person.standing !== 'member') {
    const text = `Deployments are looked at by members only. ${standingSentence(person)}`;
    return { text, blocks: [section(text)] };
  }
  switch (look.do) {
    case 'why':
      return await answerWhy(needs, { number: look.number, by });
    case 'status':
      return await answerStatus(needs, look.environment);
    case 'history':
      return await answerHistory(needs, { environment: look.environment, before: null });
    case 'revisions':
      return await answerRevisions(needs, { search: look.search, page: 0 });
  }
}

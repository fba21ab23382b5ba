import { cancelDeployment } from '../../app/cancel-deployment.ts';
import { haltEverything } from '../../app/halt-everything.ts';
import { lockEnvironment } from '../../app/lock-environment.ts';
import { once } from '../../app/once.ts';
import { retryDeployment } from '../../app/retry-deployment.ts';
import { rollBackDeployment } from '../../app/roll-back-deployment.ts';
import { takeVotesBack } from '../../app/take-votes-back.ts';
import { unlockEnvironment } from '../../app/unlock-environment.ts';
import { sayTime } from '../../domain/calendar/calendar.ts';
import { standingSentence } from '../../domain/roles.ts';
import { sayTakenBack } from '../../wording/delegation.ts';
import {
  sayCancelled,
  sayHalted,
  sayLocked,
  sayRetried,
  sayRolledBack,
  sayUnlocked,
} from '../../wording/outcome.ts';
import { sayRefusals } from '../../wording/refusal.ts';
import { onJoinTyped } from '../batch/on-join.ts';
import { answerTonight } from '../batch/tonight.ts';
import { type MessageContent, section } from '../blocks.ts';
import type { BotNeeds } from '../bot.ts';
import { slackInstant } from '../escape.ts';
import type { FormNeeds } from '../form/follow-answers.ts';
import { openForm } from '../form/open-form.ts';
import type { Typed } from '../heard.ts';
import { onSettingsCommand } from '../settings/on-settings.ts';
import { doctorMessage, onDoctor } from './answer-doctor.ts';
import { answerLook, isLook } from './answer-look.ts';
import { answerUnknown } from './answer-unknown.ts';
import { refusedMessage } from './answer-why.ts';
import { type Command, parseCommand } from './command-text.ts';
import { isWhole } from './delegate-text.ts';
import { listMessage, showMessage } from './list-message.ts';
import { answerDelegate, openDelegateForm } from './on-delegate.ts';
import { openHaltForm } from './on-halt.ts';
import { openLockForm } from './on-lock.ts';

/** `/deploy …`: opens the form, or answers the person alone. */
export async function onCommand(needs: FormNeeds, args: Typed): Promise<void> {
  const { command, ack, client } = args;
  const parsed = parseCommand(command.text, environmentNames(needs));
  if (parsed.do === 'form') {
    await ack();
    const { trigger_id: trigger, user_id: by, channel_id: channel } = command;
    return await openForm(needs, { ...parsed, client, trigger, by, channel });
  }
  if (parsed.do === 'join') return await onJoinTyped(needs, parsed.number, { command, ack, client });
  if (parsed.do === 'lock' && parsed.reason === '')
    return await openLockForm(needs, parsed.environment, { command, ack, client });
  if (parsed.do === 'delegate' && !isWhole(parsed))
    return await openDelegateForm(needs, parsed, { command, ack, client });
  if (parsed.do === 'halt' && parsed.reason === '') return await openHaltForm({ command, ack, client });
  if (parsed.do === 'settings')
    return await onSettingsCommand(needs, parsed.environment, { command, ack, client });
  if (parsed.do === 'doctor') return await onDoctor(needs, args);
  if (onlyReads(parsed)) return await ack(toPerson(await answerCommand(needs, parsed, command.user_id)));
  const at = needs.app.now();
  const envelope = {
    key: `command:${command.trigger_id}`,
    what: `${command.command} ${command.text}`,
    by: command.user_id,
    at,
  };
  const answer = await once(
    needs.app.store,
    envelope,
    async () => await answerCommand(needs, parsed, command.user_id),
  );
  await ack(toPerson(answer));
}

/** What changes nothing may come twice; it is answered without a row, also while nothing can be written. */
export function onlyReads(command: Command): boolean {
  const { do: what } = command;
  return (
    what === 'help' ||
    what === 'list' ||
    what === 'tonight' ||
    what === 'show' ||
    what === 'unknown' ||
    what === 'incomplete' ||
    what === 'doctor' ||
    isLook(command)
  );
}

function environmentNames({ app }: BotNeeds): string[] {
  return app.configuration().environments.map(({ name }) => name);
}

function toPerson(answer: MessageContent) {
  return { response_type: 'ephemeral' as const, ...answer };
}

/** What a command is answered with that opens no form. */
export async function answerCommand(
  needs: BotNeeds,
  parsed: Exclude<Command, { do: 'form' | 'join' | 'settings' }>,
  by: string,
): Promise<MessageContent> {
  switch (parsed.do) {
    case 'help':
    case 'unknown':
    case 'incomplete':
      return await answerUnknown(needs, parsed);
    case 'list':
      return await answerReader(needs, null, by);
    case 'tonight':
      return await answerTonight(needs, by);
    case 'show':
      return await answerReader(needs, parsed.number, by);
    case 'why':
    case 'status':
    case 'history':
    case 'revisions':
      return await answerLook(needs, parsed, by);
    case 'doctor':
      return await doctorMessage(needs, by);
    case 'cancel': {
      const verdict = await cancelDeployment(needs.app, { by, number: parsed.number });
      if (!verdict.ok)
        return await refusedMessage(needs, { number: parsed.number, by, refusals: verdict.refusals });
      return words(sayCancelled(verdict.value));
    }
    case 'retry': {
      const { number, choice } = parsed;
      const verdict = await retryDeployment(needs.app, { by, number, choice, shownVersion: null });
      if (!verdict.ok) return await refusedMessage(needs, { number, by, refusals: verdict.refusals });
      return words(sayRetried(verdict.value, (at) => slackInstant(at, sayTime(at, 'UTC'))));
    }
    case 'rollback': {
      const verdict = await rollBackDeployment(needs.app, { by, number: parsed.number });
      if (!verdict.ok)
        return await refusedMessage(needs, { number: parsed.number, by, refusals: verdict.refusals });
      return words(sayRolledBack(verdict.value));
    }
    case 'lock': {
      const { environment, reason } = parsed;
      const verdict = await lockEnvironment(needs.app, { by, environment, reason });
      return words(verdict.ok ? sayLocked(verdict.value) : sayRefusals(verdict.refusals));
    }
    case 'halt': {
      const verdict = await haltEverything(needs.app, { by, reason: parsed.reason });
      return words(verdict.ok ? sayHalted(verdict.value) : sayRefusals(verdict.refusals));
    }
    case 'delegate':
      return words(await answerDelegate(needs.app, parsed, by));
    case 'take-votes-back':
      return words(sayTakenBack(await takeVotesBack(needs.app, by)));
    case 'unlock': {
      const verdict = await unlockEnvironment(needs.app, { by, environment: parsed.environment });
      return words(verdict.ok ? sayUnlocked(verdict.value) : sayRefusals(verdict.refusals));
    }
  }
}

/** What stands in the channels of others is read by members only. */
async function answerReader({ app }: BotNeeds, number: number | null, by: string): Promise<MessageContent> {
  const person = await app.findPerson(by);
  if (person.standing !== 'member')
    return words(`Deployments are listed for members only. ${standingSentence(person)}`);
  if (number !== null) return await showMessage(app, number);
  return listMessage(await app.store.locks(), await app.store.list({ limit: 15 }));
}

function words(text: string): MessageContent {
  return { text, blocks: [section(text)] };
}

import type { App, ReceiverEvent } from '@slack/bolt';

import type { AppNeeds } from '../../src/app/needs.ts';
import { once } from '../../src/app/once.ts';
import { requestDeployment, type RequestDeployment } from '../../src/app/request-deployment.ts';
import type { BotNeeds } from '../../src/slack/bot.ts';
import { onDecision } from '../../src/slack/card/on-button.ts';
import { onReasonSubmit } from '../../src/slack/card/on-reason.ts';
import { onCommand } from '../../src/slack/command/on-command.ts';
import { ids } from '../../src/slack/ids.ts';
import type { Store } from '../../src/store/store.ts';

/** What Slack brings in a simulation. `key` is what the inbox calls it. */
export interface Heard {
  kind: 'press' | 'command' | 'request' | 'reason';
  key: string;
  trigger_id: string;
  by: string;
  /** A press: the button's id and value; a command: its words; a request: its number in the scenario. */
  id: string;
  value: string;
  request: Omit<RequestDeployment, 'by' | 'key'> | null;
  respond: (text: string) => void;
  /** Told when the product's listener fails: whoever is acknowledged then is given an apology. */
  failed: () => void;
}

/** The form behind a button that asks why. */
export function reasonForm(button: string): string {
  return button === ids.breakGlass ? ids.breakGlassForm : ids.stopNowForm;
}

interface EarsNeeds {
  app: AppNeeds;
  storeOf: (envelope: string) => Store;
  log: BotNeeds['log'];
}

/** No form is opened here. */
const nobody = { follow: () => undefined, leave: () => undefined };

/** The part of Bolt that the product listens through: it hands what came to the product's own listeners. */
export function hear({ app, storeOf, log }: EarsNeeds): App {
  const listen = async (heard: Heard, ack: ReceiverEvent['ack']): Promise<void> => {
    const store = storeOf(heard.key);
    const needs = { app: { ...app, store }, log, listCatalog: async () => [] };
    const respond = async ({ text }: { text: string }): Promise<void> => heard.respond(text);
    const user = { id: heard.by };
    const { id, value, trigger_id } = heard;
    if (heard.kind === 'press')
      return await onDecision(needs, {
        body: { user, trigger_id, response_url: 'beside the card' },
        action: { action_id: id, value },
        ack,
        respond,
      } as unknown as Parameters<typeof onDecision>[1]);
    if (heard.kind === 'reason')
      return await onReasonSubmit(needs, {
        body: { user, trigger_id },
        view: {
          callback_id: reasonForm(id),
          private_metadata: value,
          state: { values: { [ids.reason]: { [ids.reason]: { value: 'enough' } } } },
        },
        ack,
      } as unknown as Parameters<typeof onReasonSubmit>[1]);
    if (heard.kind === 'command') {
      const command = { text: value, trigger_id, user_id: heard.by, command: '/deploy' };
      return await onCommand({ ...needs, follower: nobody }, { command, ack } as unknown as Parameters<
        typeof onCommand
      >[1]);
    }
    await onRequest(needs, heard, ack);
  };
  const processEvent = async ({ body, ack }: ReceiverEvent): Promise<void> => {
    const heard = body as unknown as Heard;
    try {
      await listen(heard, ack);
    } catch (error) {
      heard.failed();
      throw error;
    }
  };
  return { error: () => undefined, processEvent } as unknown as App;
}

/** What `onFormSubmit` does once the fields are read. */
async function onRequest({ app }: BotNeeds, heard: Heard, ack: ReceiverEvent['ack']): Promise<void> {
  const { request, key, by } = heard;
  if (!request) throw new Error('a request without its fields');
  const envelope = { key, what: 'sent the form', by, at: app.now() };
  const verdict = await once(
    app.store,
    envelope,
    async () => await requestDeployment(app, { ...request, by, key }),
  );
  await ack(verdict.ok ? undefined : { response_action: 'errors' });
}

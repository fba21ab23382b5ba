import { isObject, type Json, type JsonObject, objectAt, objectsAt, stringAt } from '../slack/json.ts';
import type { Entered } from '../slack/screen-content.ts';
import type { Screen } from '../slack/screen.ts';
import type { PageParts } from './page-parts.ts';

/** Something that a button of the page does; what it answers goes back to the page. A failure is told as its sentence. */
type Act = (parts: PageParts, given: JsonObject) => Promise<object>;

const done = {};

/** What a person does in the chat. */
const chatActs: Record<string, (screen: Screen, given: JsonObject) => Promise<object>> = {
  say: async (screen, given) => {
    const place = { channel: word(given, 'channel'), threadTs: stringAt(given, 'threadTs') ?? null };
    return { acknowledged: await screen.says(place, word(given, 'text')) };
  },
  'press-in-message': async (screen, given) => {
    const place = { channel: word(given, 'channel'), ts: word(given, 'ts') };
    return { acknowledged: await screen.actsInMessage(place, pickedOf(given), enteredOf(given)) };
  },
  'act-in-view': async (screen, given) => ({
    acknowledged: await screen.actsInView(word(given, 'view'), pickedOf(given), enteredOf(given)),
  }),
  'keep-entered': async (screen, given) => {
    screen.keeps(word(given, 'view'), enteredOf(given));
    return done;
  },
  submit: async (screen, given) => await screen.submits(word(given, 'view'), enteredOf(given)),
  dismiss: async (screen, given) => {
    await screen.dismisses(word(given, 'view'), given['all'] === true ? 'all' : 'top');
    return done;
  },
  search: async (screen, given) => ({
    groups: await screen.searches(word(given, 'view'), pickedOf(given), word(given, 'typed')),
  }),
  shortcut: async (screen, given) => {
    const [channel, ts] = [stringAt(given, 'channel'), stringAt(given, 'ts')];
    const place = channel === undefined || ts === undefined ? null : { channel, ts };
    return { acknowledged: await screen.usesShortcut(word(given, 'callbackId'), place) };
  },
  'open-home': async (screen) => {
    await screen.opensHome();
    return done;
  },
  read: async (screen, given) => {
    screen.reads(word(given, 'channel'));
    return done;
  },
  forget: async (screen, given) => {
    screen.forgets(word(given, 'ts'));
    return done;
  },
};

/** What anybody does to the fleet and to the bot. */
const machineActs: Record<string, Act> = {
  'fail-next': async ({ fleet }, given) => {
    fleet.breakNext(word(given, 'server'));
    return done;
  },
  'stop-server': async ({ fleet }, given) => {
    fleet.stopProcess(word(given, 'server'));
    return done;
  },
  'start-server': async ({ fleet }, given) => {
    await fleet.startProcess(word(given, 'server'));
    return done;
  },
  'slow-down': async ({ fleet }, given) => {
    fleet.slowDown(word(given, 'server'), given['isSlow'] === true);
    return done;
  },
  'kill-bot': async ({ bot }) => {
    await bot.kill();
    return done;
  },
  'start-bot': async ({ bot }) => {
    await bot.start();
    return done;
  },
};

/** Whether an act concerns the fleet or the bot, which are looked at again after it. */
export function isMachineAct(name: string): boolean {
  return Object.hasOwn(machineActs, name);
}

/** Does what a button of the page stands for; null where no button is called so. */
export async function act(parts: PageParts, name: string, given: JsonObject): Promise<object | null> {
  const machineAct = isMachineAct(name) ? machineActs[name] : undefined;
  if (machineAct) return await machineAct(parts, given);
  const chatAct = Object.hasOwn(chatActs, name) ? chatActs[name] : undefined;
  if (!chatAct) return null;
  const player = word(given, 'as');
  if (!parts.players.includes(player)) throw new Error('Nobody is called so here.');
  return await chatAct(parts.slack.screen(player), given);
}

function word(given: JsonObject, key: string): string {
  const value = stringAt(given, key);
  if (value === undefined) throw new Error(`"${key}" is missing.`);
  return value;
}

function pickedOf(given: JsonObject): Entered {
  return entry(objectAt(given, 'picked') ?? {});
}

function enteredOf(given: JsonObject): Entered[] {
  return objectsAt(given, 'entered').map(entry);
}

function entry(given: JsonObject): Entered {
  return {
    blockId: word(given, 'blockId'),
    actionId: word(given, 'actionId'),
    value: given['value'] ?? null,
  };
}

/** The body of an act; an empty object where it is none. */
export function readAct(body: Json | undefined): JsonObject {
  return isObject(body) ? body : {};
}

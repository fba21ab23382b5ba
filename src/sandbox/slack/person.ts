import { pressInMessage, type PressResult } from './act-on-message.ts';
import { hearDirect } from './hear-direct.ts';
import { objectsAt, wordsAt } from './json.ts';
import { directChannel } from './methods/channels.ts';
import { Modal } from './modal.ts';
import { postAsPerson } from './post-as-person.ts';
import { type CommandAnswer, runCommand } from './run-command.ts';
import { until } from './until.ts';
import { type ShortcutPlace, useShortcut } from './use-shortcut.ts';
import type { Wire } from './wire.ts';
import type { Ephemeral, StoredView } from './world.ts';

const longestWaitMs = 5_000;
const longestLoadMs = 30_000;

/** A view with nothing to send yet, whose words end in dots, is about to be drawn anew. */
function asksForAMoment({ view }: StoredView): boolean {
  const words = objectsAt(view, 'blocks').map((block) => wordsAt(block, 'text'));
  return view['submit'] === undefined && words.some((text) => /…\*?(\n|$)/.test(text));
}

/** One person in front of Slack. */
export class Person {
  readonly id: string;
  readonly #wire: Wire;

  constructor(wire: Wire, id: string) {
    if (!wire.world.people.has(id)) throw new Error(`There is no person ${id} in this workspace.`);
    this.id = id;
    this.#wire = wire;
  }

  /** Types a slash command in a channel and waits for what the app answers at once. */
  async types(command: string, { channel }: { channel: string }): Promise<CommandAnswer> {
    if (!this.#wire.world.channels.has(channel)) throw new Error(`There is no channel ${channel}.`);
    return await runCommand(this.#wire, this.id, command, channel);
  }

  /** Writes a message of their own in a channel, or in a thread there. */
  says(text: string, { channel, threadTs = null }: { channel: string; threadTs?: string | null }): void {
    postAsPerson(this.#wire.world, { user: this.id, channel, threadTs, text });
  }

  /** Writes to the app in their direct messages; answers the channel of these. */
  async writesToApp(text: string): Promise<string> {
    const channel = this.direct();
    const writing = { user: this.id, channel, threadTs: null, text };
    await hearDirect(this.#wire, postAsPerson(this.#wire.world, writing));
    return channel;
  }

  /** The channel of their direct messages with the app. */
  direct(): string {
    return directChannel(this.#wire.world, this.id);
  }

  /** Uses a shortcut: of a message, or a global one; false when the app did not acknowledge. */
  async usesShortcut(callbackId: string, place: ShortcutPlace = null): Promise<boolean> {
    return await useShortcut(this.#wire, this.id, { callbackId, place });
  }

  /** The view on top of the screen; waits for one, and while it only asks for a moment, unless it is wanted as it is. */
  async modal({ timeoutMs = longestWaitMs, asItIs = false } = {}): Promise<Modal> {
    const { world } = this.#wire;
    const awaited = `A view for ${this.id}`;
    const stored = await until(world, () => world.stackOf(this.id).at(-1), { timeoutMs, awaited });
    const wait = { timeoutMs: longestLoadMs, awaited: 'What it is to show' };
    if (!asItIs) await until(world, () => !asksForAMoment(stored), wait);
    return new Modal(this.#wire, stored);
  }

  /** The app's home tab; undefined while the app has published none. */
  home(): Modal | undefined {
    const stored = this.#wire.world.homes.get(this.id);
    return stored && new Modal(this.#wire, stored, true);
  }

  /** Presses a button of a message by its visible words; resolves when the app has acknowledged and gone quiet. */
  async press(
    message: { channel: string; ts: string },
    label: string,
    { confirm = true } = {},
  ): Promise<PressResult> {
    const { channel, ts } = message;
    return await pressInMessage(this.#wire, { user: this.id, channel, ts, label, confirm });
  }

  /** Everything only this person saw, oldest first. */
  ephemerals(): Ephemeral[] {
    return this.#wire.world.ephemerals.filter(({ user }) => user === this.id);
  }
}

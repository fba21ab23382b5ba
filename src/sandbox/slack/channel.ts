import type { StoredMessage, World } from './world.ts';

/** A message as it stands in its channel now, with its thread. */
export interface ShownMessage extends StoredMessage {
  thread: ShownMessage[];
}

/** One channel as people see it. */
export class Channel {
  readonly id: string;
  readonly #world: World;

  constructor(world: World, id: string) {
    if (!world.channels.has(id)) throw new Error(`There is no channel ${id}.`);
    this.id = id;
    this.#world = world;
  }

  /** The messages outside threads, oldest first; each a copy of what stands there now. */
  messages(): ShownMessage[] {
    const here = this.#world.messages.filter(({ channel }) => channel === this.id);
    return here
      .filter(({ threadTs }) => threadTs === null)
      .map((root) => ({
        ...root,
        thread: here
          .filter(({ threadTs }) => threadTs === root.ts)
          .map((reply) => ({ ...reply, thread: [] })),
      }));
  }
}

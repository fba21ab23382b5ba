import { Refused } from './refused.ts';
import type { World } from './world.ts';

const livesMs = 3_000;

/** A new right of this person's click to open one view. */
export function newTrigger(world: World, user: string): string {
  const id = `${world.newId('12')}.34.${world.newId('t')}`;
  world.triggers.set(id, { user, createdAt: world.now(), used: false });
  return id;
}

/** Uses the trigger up and answers whose it is; refuses one that is unknown, used, or older than 3 s. */
export function takeTrigger(world: World, id: string | undefined): string {
  const trigger = world.triggers.get(id ?? '');
  if (!trigger) throw new Refused('invalid_trigger_id');
  if (trigger.used) throw new Refused('exchanged_trigger_id');
  if (world.now() - trigger.createdAt > livesMs) throw new Refused('expired_trigger_id');
  trigger.used = true;
  return trigger.user;
}

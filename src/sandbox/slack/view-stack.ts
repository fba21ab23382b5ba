import { type JsonObject, objectsAt, stringAt } from './json.ts';
import { normalizeBlocks } from './normalize.ts';
import { refuseFaults, Refused } from './refused.ts';
import { validateView } from './validate-view.ts';
import { keptTouches, stateValues, viewBlocks } from './view-state.ts';
import type { StoredView, World } from './world.ts';

const highestStack = 3;
const largestViewBytes = 250_000;

/** Puts a first view on the person's screen, in place of whatever stood there. */
export function openView(world: World, user: string, view: JsonObject): StoredView {
  const stored = storeView(world, user, view);
  world.stacks.set(user, [stored]);
  return shown(world, stored);
}

/** Puts one more view on top; refuses a fourth. */
export function pushView(world: World, user: string, view: JsonObject): StoredView {
  const stack = world.stackOf(user);
  if (stack.length >= highestStack) throw new Refused('push_limit_reached');
  const stored = storeView(world, user, view);
  const top = stack.at(-1);
  if (top) Object.assign(stored, { rootId: top.rootId, previousId: top.id });
  stack.push(stored);
  return shown(world, stored);
}

/** Draws the view anew under its id; what was typed stays where `block_id` and `action_id` stay. */
export function redrawView(world: World, stored: StoredView, view: JsonObject): StoredView {
  checkView(view, 'modal');
  stored.view = completed(world, view);
  stored.touched = keptTouches(viewBlocks(stored), stored.touched);
  stored.hash = newHash(world);
  return shown(world, stored);
}

/** Sets what the person sees on the app's home tab. */
export function publishHome(world: World, user: string, view: JsonObject): StoredView {
  const stored = storeView(world, user, view, 'home');
  world.homes.set(user, stored);
  return shown(world, stored);
}

/** Takes the topmost view away, or all of them. */
export function closeViews(world: World, user: string, how: 'top' | 'all'): void {
  const stack = world.stackOf(user);
  stack.splice(how === 'all' ? 0 : Math.max(0, stack.length - 1));
  world.emit('view', { user, stack });
}

/** The view with this id, or with this external id. */
export function findView(world: World, id: string | undefined, externalId?: string): StoredView | undefined {
  return [...world.stacks.values()]
    .flat()
    .find((stored) =>
      id === undefined ? stringAt(stored.view, 'external_id') === externalId : stored.id === id,
    );
}

/** The view as every payload and answer carries it. */
export function viewPayload(world: World, stored: StoredView): JsonObject {
  const { view, id, hash } = stored;
  return {
    id,
    team_id: world.team.id,
    app_id: world.bot.appId,
    app_installed_team_id: world.team.id,
    bot_id: world.bot.botId,
    title: null,
    close: null,
    submit: null,
    callback_id: '',
    external_id: '',
    private_metadata: '',
    clear_on_close: false,
    notify_on_close: false,
    ...view,
    hash,
    state: { values: stateValues(viewBlocks(stored), stored.touched) },
    root_view_id: stored.rootId,
    previous_view_id: stored.previousId,
  };
}

function storeView(
  world: World,
  user: string,
  view: JsonObject,
  surface: 'modal' | 'home' = 'modal',
): StoredView {
  checkView(view, surface);
  const externalId = stringAt(view, 'external_id');
  if (externalId && findView(world, undefined, externalId)) throw new Refused('duplicate_external_id');
  const id = world.newId('V0');
  return {
    id,
    user,
    hash: newHash(world),
    view: completed(world, view),
    touched: new Map(),
    rootId: id,
    previousId: null,
  };
}

function checkView(view: JsonObject, surface: 'modal' | 'home'): void {
  if (Buffer.byteLength(JSON.stringify(view)) > largestViewBytes) throw new Refused('view_too_large');
  refuseFaults('invalid_arguments', validateView(view, surface));
}

function completed(world: World, view: JsonObject): JsonObject {
  return { ...view, blocks: normalizeBlocks(objectsAt(view, 'blocks'), (prefix) => world.newId(prefix)) };
}

function newHash(world: World): string {
  return `${Math.floor(world.now() / 1_000)}.${world.newId('h')}`;
}

function shown(world: World, stored: StoredView): StoredView {
  world.emit('view', { user: stored.user, stack: world.stackOf(stored.user) });
  return stored;
}

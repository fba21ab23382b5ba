/** A place that is left alone for a while: one kind of call in a channel, a channel, or everything (`*`). */
type Place = string;

/** What is left alone until when; forgotten with the process, which then finds out anew. */
export interface Holds {
  /** Leaves a place alone until an instant, epoch milliseconds. */
  hold(place: Place, until: number): void;
  /** Until when the strictest of these places is left alone; 0 where none is. */
  until(places: Place[]): number;
  release(place: Place): void;
}

/** Nothing is held yet. */
export function createHolds(): Holds {
  const held = new Map<Place, number>();
  return {
    hold: (place, until) => void held.set(place, until),
    until: (places) => Math.max(0, ...places.map((place) => held.get(place) ?? 0)),
    release: (place) => void held.delete(place),
  };
}

/** Where refusals of a person's making keep a message: its channel, and everything. */
export function placesOf({ channel }: { channel: string }): Place[] {
  return [channel, '*'];
}

/** Where Slack's limit of calls keeps a message: Slack counts posts, edits and files apart. */
export function pacedPlace(message: { key: string; channel: string; ts: string | null }): Place {
  return `${kindOf(message)} ${message.channel}`;
}

function kindOf({ key, ts }: { key: string; ts: string | null }): string {
  if (isFile(key)) return 'file';
  return ts === null ? 'post' : 'edit';
}

/** Whether a message is a file, by its key. */
export function isFile(key: string): boolean {
  return key.startsWith('file:');
}

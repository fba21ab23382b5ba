import type { Json, JsonObject } from './json.ts';

/** Everything one person has before them. */
export interface ScreenContent {
  /** The person themself. */
  viewer: string;
  people: ShownPerson[];
  /** The names behind ids of people, channels and groups. */
  names: Record<string, string>;
  /** Channels first, then the direct messages with the app. */
  channels: ShownChannel[];
  /** The person's stack of views, the topmost last. */
  views: ShownView[];
  /** The app's home tab; null while the app has published none. */
  home: ShownView | null;
  /** The app that is installed. */
  app: { id: string; name: string };
}

/** Somebody in the workspace. */
export interface ShownPerson {
  id: string;
  name: string;
  /** IANA name. */
  timezone: string;
  isBot: boolean;
}

/** A channel, and everything in it that the person can see, oldest first. */
export interface ShownChannel {
  id: string;
  name: string;
  isDirect: boolean;
  isArchived: boolean;
  /** Messages since the person last looked or wrote; replies in threads are not counted. */
  unread: number;
  messages: ScreenMessage[];
}

/** A message as one person sees it. */
export interface ScreenMessage {
  ts: string;
  user: string;
  text: string;
  blocks: JsonObject[];
  /** How often it was edited. */
  edits: number;
  threadTs: string | null;
  broadcast: boolean;
  reactions: string[];
  files: ShownFile[];
  /** Nobody else sees it, and it is gone when dismissed. */
  isEphemeral: boolean;
}

/** A file in a message. */
export interface ShownFile {
  id: string;
  name: string;
  title: string;
  sizeBytes: number;
}

/** A view with what the person has put into it. */
export interface ShownView {
  id: string;
  /** Changes with every drawing. */
  hash: string;
  /** As the app gave it, with every id filled in. */
  view: JsonObject;
  entered: Entered[];
}

/** What a person put into one element; `value` is what Slack reports under the element's own key, such as `selected_option`. */
export interface Entered {
  blockId: string;
  actionId: string;
  value: Json;
}

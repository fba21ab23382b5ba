/** A file for a thread: it is sent once and never changed. */
export interface OutgoingFile {
  /** As it is saved by whoever takes it: `1042-web-7.log`. */
  filename: string;
  /** What people see above it. */
  title: string;
  /** What it shows, for whoever cannot see it. */
  altText: string;
  bytes: Uint8Array;
}

/** A file on its way; its bytes are let go once it stands in Slack. */
export interface StoredFile extends Omit<OutgoingFile, 'bytes'> {
  bytes: Uint8Array | null;
  /** What Slack calls it; null until Slack has its bytes. */
  slackId: string | null;
}

/** One run of a task in one attempt. */
export interface TaskPlace {
  deployment: number;
  attempt: number;
  task: number;
  run: number;
}

/** Files for threads, and what failed tasks printed. */
export interface FileStore {
  /** The file of a message by its key; null where it is none. */
  file(key: string): Promise<StoredFile | null>;
  /** Notes what Slack calls a file whose bytes it has; null: it has them no longer. */
  nameFile(key: string, slackId: string | null): Promise<void>;
  /** A file stands in Slack: its bytes are let go. */
  fileStands(key: string): Promise<void>;
  /** Keeps what a failed task printed, in place of what is there. */
  keepOutput(place: TaskPlace, output: string): Promise<void>;
  /** What a failed task printed; null where nothing was kept. */
  output(place: TaskPlace): Promise<string | null>;
}

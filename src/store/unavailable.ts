/**
 * The memory cannot be used for the moment: its disk is full or read-only, another program keeps it locked, its file is
 * gone. What decides by rows goes on by itself once it can. `message` is for whoever runs the bot and names the file and
 * the way out; `reason` is for everybody: `its disk is full`.
 */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
  readonly reason: string;

  constructor(reason: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

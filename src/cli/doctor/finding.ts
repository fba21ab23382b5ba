/** One line of the doctor's: what was looked at, and how it stands. */
export interface Finding {
  area: 'environment' | 'configuration' | 'secrets' | 'database' | 'clock' | 'slack' | 'servers' | 'balancer';
  /** What was looked at: a variable, a file, a channel, a server. */
  name: string;
  /** A warning keeps nothing from running; a fault will, sooner or later. */
  state: 'ok' | 'warning' | 'fault';
  /** One sentence; with the way out unless all is well. */
  message: string;
}

/** Makes the findings of one area. */
export function reportOn(area: Finding['area']) {
  const make =
    (state: Finding['state']) =>
    (name: string, message: string): Finding => ({ area, name, state, message });
  return { ok: make('ok'), warning: make('warning'), fault: make('fault') };
}

/** What an error says, in one line. */
export function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}

/** Wakes a loop before its time. */
export interface Wake {
  ring(): void;
  wait(milliseconds: number): Promise<void>;
}

/** A bell that is remembered when it rings while nobody waits. */
export function createWake(): Wake {
  let rung = false;
  let listener: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      listener?.();
    },
    wait: async (milliseconds) => {
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          listener = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      rung = false;
      listener = null;
    },
  };
}

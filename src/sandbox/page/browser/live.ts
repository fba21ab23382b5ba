import { useEffect, useState } from 'preact/hooks';

import type { ChatSnapshot, FleetSnapshot } from '../snapshot.ts';

/** What the server pushed last, and whether it still can. */
export interface Live {
  chat: ChatSnapshot | null;
  fleet: FleetSnapshot | null;
  /** `lost`: the sandbox has ended, or was started anew with another key. */
  connection: 'open' | 'waiting' | 'lost';
}

/** Everything one person sees and the fleet, always the newest. */
export function useLive(viewer: string): Live {
  const [live, setLive] = useState<Live>({ chat: null, fleet: null, connection: 'waiting' });
  useEffect(() => {
    const source = new EventSource(`/live?as=${encodeURIComponent(viewer)}`);
    const take = (part: 'chat' | 'fleet') => (event: MessageEvent<string>) => {
      const value: unknown = JSON.parse(event.data);
      setLive((before) => ({ ...before, connection: 'open', [part]: value }));
    };
    source.addEventListener('chat', take('chat'));
    source.addEventListener('fleet', take('fleet'));
    source.addEventListener('error', () => {
      const connection = source.readyState === EventSource.CLOSED ? 'lost' : 'waiting';
      setLive((before) => ({ ...before, connection }));
    });
    return () => source.close();
  }, [viewer]);
  return live;
}

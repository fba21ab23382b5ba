import {
  deliverOverHttp,
  type RequestUrlNeeds,
  signedRequest,
  type SignedRequest,
  verifyRequestUrl,
} from './request-url.ts';
import type { Acknowledgement, Delivery, SocketMode } from './socket-mode.ts';

/** The way to the app that its settings name: its request URL, or its websockets. */
export interface Outlet {
  isOpen(): boolean;
  /** Delivers, and waits for the first acknowledgement. */
  deliver(delivery: Delivery): Promise<Acknowledgement>;
  /** The next delivery goes out this many times in all. */
  redeliverNext(times: number): void;
  /** Delivers over HTTP from now on; throws when the URL does not answer the challenge. */
  setRequestUrl(url: string): Promise<void>;
  /** What would go out over HTTP now; nothing is sent. */
  sign(delivery: Delivery): SignedRequest;
}

/** One world, two transports: Socket Mode until the app has a request URL. */
export function createOutlet(socket: SocketMode, http: RequestUrlNeeds & { changed: () => void }): Outlet {
  let requestUrl: string | null = null;
  let times = 1;
  return {
    isOpen: () => requestUrl !== null || socket.connections > 0,
    deliver: async (delivery) => {
      const attempts = Array.from({ length: times }, (_, attempt) => ({ ...delivery, attempt }));
      times = 1;
      const url = requestUrl;
      const answers = attempts.map(async (attempt) =>
        url === null ? await socket.deliver(attempt) : await deliverOverHttp(http, url, attempt),
      );
      const [first = { acknowledged: false as const }] = await Promise.all(answers);
      return first;
    },
    redeliverNext: (wanted) => {
      times = wanted;
    },
    setRequestUrl: async (url) => {
      await verifyRequestUrl(http, url);
      requestUrl = url;
      http.changed();
    },
    sign: (delivery) => signedRequest(http, delivery),
  };
}

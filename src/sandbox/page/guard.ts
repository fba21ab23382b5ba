import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Decides who may see and press anything here: this page can start and end processes. */
export interface Guard {
  /** What the printed address carries. */
  key: string;
  /** The cookie that stands for the key from then on. */
  cookie(): string;
  isKey(given: string): boolean;
  /** Why a request is refused, in one sentence; null when it may go on. */
  refuses(request: IncomingMessage): string | null;
  /** Whether a request names this server itself: no other name that somebody pointed here. */
  isAddressedHere(request: IncomingMessage): boolean;
}

/** A guard with a key of its own for the server at this port. */
export function createGuard(portOf: () => number): Guard {
  const key = randomBytes(24).toString('base64url');
  const nameOf = (): string => `lamplighter-sandbox-${portOf()}`;
  const hosts = (): string[] => [`127.0.0.1:${portOf()}`, `localhost:${portOf()}`];
  const isKey = (given: string): boolean =>
    given.length === key.length && timingSafeEqual(Buffer.from(given), Buffer.from(key));
  const isAddressedHere = ({ headers }: IncomingMessage): boolean => hosts().includes(headers.host ?? '');
  return {
    key,
    isKey,
    isAddressedHere,
    cookie: () => `${nameOf()}=${key}; HttpOnly; SameSite=Strict; Path=/`,
    refuses: (request) => {
      const { headers, method } = request;
      if (!isAddressedHere(request)) return 'This address is not the one that the sandbox printed.';
      if (method === 'POST' && headers.origin !== `http://${headers.host}`)
        return 'Another web page may not press buttons here.';
      if (!isKey(cookieNamed(headers.cookie ?? '', nameOf())))
        return 'Open the address that the sandbox printed when it began: it carries the key to this page.';
      return null;
    },
  };
}

function cookieNamed(header: string, name: string): string {
  const pair = header.split(/; */).find((each) => each.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? '';
}

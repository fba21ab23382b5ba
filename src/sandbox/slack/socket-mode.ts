import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { type WebSocket, WebSocketServer } from 'ws';

import { isObject, type Json, type JsonObject, parseJson, stringAt } from './json.ts';

/** What came back for an envelope; `payload` is undefined when the app acknowledged with nothing. */
export type Acknowledgement = { acknowledged: true; payload: Json | undefined } | { acknowledged: false };

/** What an envelope carries. */
export interface Delivery {
  type: 'slash_commands' | 'interactive' | 'events_api';
  payload: JsonObject;
  /** Which repetition this is; 0, the first delivery, when left out. */
  attempt?: number;
}

interface SocketModeNeeds {
  /** How long the app may take to acknowledge. */
  ackTimeoutMs: number;
  appId: string;
  /** Called when a socket comes or goes. */
  changed: () => void;
}

const betweenPingsMs = 10_000;

/** The websockets of the app on one HTTP server, and the envelopes that travel over them. */
export class SocketMode {
  readonly #needs: SocketModeNeeds;
  readonly #webSockets = new WebSocketServer({ noServer: true });
  readonly #open: WebSocket[] = [];
  readonly #waiting = new Map<string, (payload: Json | undefined) => void>();
  readonly #tickets = new Set<string>();
  readonly #pings: NodeJS.Timeout;
  #count = 0;
  #turn = 0;

  constructor(server: Server, needs: SocketModeNeeds) {
    this.#needs = needs;
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
      if (!this.#tickets.delete(ticket)) return void stream.destroy();
      this.#webSockets.handleUpgrade(request, stream, head, (socket) => this.#greet(socket));
    });
    this.#pings = setInterval(() => {
      for (const socket of this.#open) socket.ping();
    }, betweenPingsMs);
  }

  /** A path with a ticket for one websocket. */
  openTicket(): string {
    const ticket = this.#newId('ticket');
    this.#tickets.add(ticket);
    return `link/?ticket=${ticket}`;
  }

  /** How many sockets take envelopes now. */
  get connections(): number {
    return this.#open.length;
  }

  /** Delivers to the next open socket and waits for the acknowledgement, at most as long as Slack waits. */
  async deliver({ type, payload, attempt = 0 }: Delivery): Promise<Acknowledgement> {
    const retry = attempt === 0 ? {} : { retry_attempt: attempt, retry_reason: 'timeout' };
    return await this.#send({ type, payload, accepts_response_payload: type !== 'events_api', ...retry });
  }

  /** Sends a `disconnect` to the oldest socket and routes nothing to it any more. */
  disconnect(reason: 'refresh_requested' | 'warning' | 'link_disabled'): void {
    const [oldest] = this.#open;
    if (!oldest) return;
    this.#forget(oldest);
    oldest.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'localhost' } }));
  }

  /** Cuts every socket without a word. */
  dropAll(): void {
    for (const socket of this.#open) socket.terminate();
  }

  /** Ends everything; the server itself is the caller's to close. */
  close(): void {
    clearInterval(this.#pings);
    for (const socket of this.#webSockets.clients) socket.terminate();
    this.#webSockets.close();
  }

  #newId(word: string): string {
    this.#count += 1;
    return `${word}-${this.#count}`;
  }

  #greet(socket: WebSocket): void {
    socket.on('message', (data) => this.#takeAcknowledgement((data as Buffer).toString('utf8')));
    socket.on('close', () => this.#forget(socket));
    socket.on('error', () => this.#forget(socket));
    this.#open.push(socket);
    const info = { num_connections: this.#open.length, connection_info: { app_id: this.#needs.appId } };
    socket.send(JSON.stringify({ type: 'hello', ...info, debug_info: { host: 'localhost' } }));
    this.#needs.changed();
  }

  #forget(socket: WebSocket): void {
    const index = this.#open.indexOf(socket);
    if (index !== -1) this.#open.splice(index, 1);
    this.#needs.changed();
  }

  #takeAcknowledgement(text: string): void {
    const message = parseJson(text);
    if (isObject(message)) this.#waiting.get(stringAt(message, 'envelope_id') ?? '')?.(message['payload']);
  }

  async #send(envelope: JsonObject): Promise<Acknowledgement> {
    const socket = this.#open[this.#turn % Math.max(1, this.#open.length)];
    this.#turn += 1;
    if (!socket) return { acknowledged: false };
    const id = this.#newId('envelope');
    return await new Promise<Acknowledgement>((resolve) => {
      const finish = (answer: Acknowledgement): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => finish({ acknowledged: false }), this.#needs.ackTimeoutMs);
      this.#waiting.set(id, (payload) => finish({ acknowledged: true, payload }));
      socket.send(JSON.stringify({ ...envelope, envelope_id: id }));
    });
  }
}

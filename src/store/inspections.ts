import type { AskedServer, ServerAnswer } from '../domain/plan/inspection.ts';

/** What servers are asked outside any deployment. */
export interface InspectionStore {
  /** Wants servers of an environment looked at; what they said last stays until they answer. */
  askServers(environment: string, servers: string[], at: number): Promise<void>;
  /** Servers that were asked and did not answer since, longest first, at most `limit`. */
  unanswered(limit: number): Promise<{ environment: string; server: string; askedAt: number }[]>;
  /** Keeps what a server said; nothing where it was never asked. */
  answerFor(
    server: { environment: string; server: string },
    said: { at: number; answer: ServerAnswer },
  ): Promise<void>;
  /** What the servers of an environment were asked, and what they said last, by name. */
  askedServers(environment: string): Promise<AskedServer[]>;
}

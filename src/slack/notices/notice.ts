import type { Configuration } from '../../domain/configured/configuration.ts';
import type { Hand } from '../../domain/deployment/delegation.ts';
import type { Deployment } from '../../domain/deployment/deployment.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Fact } from '../../progress/facts.ts';
import type { MessageContent } from '../blocks.ts';

/** Why somebody gets a direct message; people choose by it what reaches them. */
export type NoticeAbout = 'approval' | 'question' | 'own' | 'owner' | 'watch';

/** A direct message about a deployment to one person who has something to do, or asked to be told. */
export interface Notice {
  /** A Slack user. */
  to: string;
  /** The same for every version of one message: a later version edits it. Begins with `notice:`. */
  key: string;
  about: NoticeAbout;
  content: MessageContent;
}

/** What direct messages are made from. */
export interface NoticeFacts {
  deployment: Deployment;
  plan: Plan;
  /** What happened since the last telling. */
  news: Fact[];
  configuration: Configuration;
  /** Votes that are in other hands for this deployment now. */
  hands: Hand[];
  /** Everybody who holds a role, by themselves or by their group. */
  peopleOfRole: (role: string) => Promise<string[]>;
  /** Where the card stands; null while it does not. */
  cardLink: string | null;
}

/** Says who is told what; the same facts make the same notices. */
export type NoticeMaker = (facts: NoticeFacts) => Promise<Notice[]>;

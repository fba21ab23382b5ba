/** What a question is about; each kind has its own choices. */
export type QuestionKind =
  | 'unknown-task'
  | 'failed-step'
  | 'manual-step'
  | 'capacity'
  | 'next-wave'
  | 'drift'
  | 'missed-start'
  | 'no-watcher'
  | 'after-restore';

/** What a person may answer. */
export type Choice = 'retry' | 'resume' | 'stop' | 'start' | 'skip' | 'done' | 'roll-back' | 'keep';

/** A question that only a person can answer, with what happens if nobody does. */
export interface Question {
  /** Unique within the deployment: the version of the event that asked. */
  id: string;
  kind: QuestionKind;
  text: string;
  task: number | null;
  group: number | null;
  /** The server it is about; absent where it is about none. */
  server?: string;
  choices: Choice[];
  defaultChoice: Choice;
  deadlineAt: number;
}

/** What a person answered, or what no answer in time came to. */
export interface QuestionAnswered {
  type: 'question_answered';
  question: string;
  choice: Choice;
  by: string;
  /** Somebody had paused the deployment: it goes on being paused. */
  paused?: true;
}

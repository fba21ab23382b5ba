import { z } from 'zod';

/** The version of what the command line and the running bot say to each other; a bot answers only its own. */
export const protocolVersion = 1;

/** A request is one line of at most this many bytes. */
export const maxRequestBytes = 65_536;

const name = z.string().max(1_000);
const person = z.string().regex(/^[UW][A-Z0-9]{1,20}$/);
const number = z.int().positive();

const commands = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('list') }),
  z.strictObject({ do: z.literal('show'), number }),
  z.strictObject({
    do: z.literal('request'),
    as: person,
    environment: name,
    selection: z.array(name).max(1_000),
    servers: z.array(name).max(10_000).nullable(),
    /** As it was typed; null: now. */
    at: name.min(1).nullable(),
    reason: z.string(),
    acceptWarnings: z.boolean(),
  }),
  z.strictObject({ do: z.enum(['cancel', 'rollback']), as: person, number }),
  z.strictObject({
    do: z.literal('retry'),
    as: person,
    number,
    /** Absent, both of them: all that remains. */
    only: z.literal('failed').optional(),
    servers: z.array(name).max(10_000).optional(),
  }),
  z.strictObject({ do: z.literal('lock'), as: person, environment: name, reason: z.string() }),
  z.strictObject({ do: z.literal('unlock'), as: person, environment: name }),
]);

const request = z.strictObject({
  v: z.literal(protocolVersion),
  /** Made by the asker: the same key, asked again, is the same request. */
  key: z.string().regex(/^[A-Za-z0-9-]{8,80}$/),
  command: commands,
});

const answer = z.object({
  /** The exit code of the command. */
  code: z.literal([0, 1, 2]),
  /** For people: to stdout with code 0, else why not, to stderr. */
  text: z.string(),
  /** For programs. */
  value: z.unknown(),
});

/** What somebody asks of the running bot. */
export type ControlCommand = z.infer<typeof commands>;

/** A command with the key that makes it one. */
export type ControlRequest = z.infer<typeof request>;

/** What the bot answers: the exit code, words for people and a value for programs. */
export type ControlAnswer = z.infer<typeof answer>;

/** Reads a request's line; a sentence where it is none of this version. */
export function readRequest(line: string): ControlRequest | string {
  const value = parse(line);
  const parsed = request.safeParse(value);
  if (parsed.success) return parsed.data;
  const version = z.object({ v: z.number() }).safeParse(value);
  if (version.success && version.data.v !== protocolVersion)
    return `The running Lamplighter speaks version ${protocolVersion} with its command line, and was asked in version ${version.data.v}: use the build that runs.`;
  const [issue] = parsed.error.issues;
  return `The running Lamplighter did not understand the request (${issue?.path.join('.')}: ${issue?.message}).`;
}

/** Reads an answer's line; null where it is none. */
export function readAnswer(line: string): ControlAnswer | null {
  return answer.safeParse(parse(line)).data ?? null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

import { methods } from './methods/table.ts';

/** What a token is granted where a workspace is set up without a word about it: whatever any method wants. */
export const allScopes = [
  ...new Set([
    'commands',
    'chat:write.public',
    'im:history',
    ...Object.values(methods).flatMap(({ scopes }) => scopes),
  ]),
];

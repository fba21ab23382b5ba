import { z } from 'zod';

import { section } from '../issues.ts';
import { count, httpAddress, secret, text, word } from './words.ts';

/** How one server is reached. Which keys go with which driver is checked after template and server are merged. */
export const connection = section({
  driver: z
    .enum(['ssh', 'local', 'postgres', 'http'])
    .optional()
    .describe(
      'ssh: another machine; local: this machine; postgres: a Virtual DataPort server; http: a Scheduler, a Data Catalog.',
    ),
  host: word.optional().describe('The name or address of the machine.'),
  port: z.int().min(1).max(65_535).optional().describe('The port; 22 by default for ssh.'),
  user: word.optional().describe('The account that is logged in to.'),
  privateKey: secret.optional().describe('The private key, as { file: PATH } or { env: NAME }.'),
  hostKey: z
    .string()
    .regex(/^[a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/, 'a public key such as "ssh-ed25519 AAAA…"')
    .optional()
    .describe('The server\'s public key, such as "ssh-ed25519 AAAA…". This or knownHosts.'),
  knownHosts: text.optional().describe("A known_hosts file with the server's public key. This or hostKey."),
  shell: z
    .enum(['sh', 'powershell'])
    .optional()
    .describe('What runs steps; sh by default. Not executed by this version: powershell.'),
  workDirectory: text
    .optional()
    .describe('Where pushed files and the marks of runs lie on the server; ~/.lamplighter by default.'),
  keepRevisions: count.optional().describe('How many pushed revisions stay there; 5 by default.'),
  database: text.optional().describe('The database, for driver postgres.'),
  password: secret.optional().describe('The password, as { env: NAME } or { file: PATH }.'),
  baseUrl: httpAddress.optional().describe('The address, for driver http.'),
  tls: z
    .enum(['off', 'verify'])
    .optional()
    .describe(
      'verify: encrypted, and the certificate is checked. There is nothing in between; off goes with an http address only.',
    ),
  ca: text.optional().describe('A file with the certificate authority that is trusted.'),
  options: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe("The system's own settings."),
});

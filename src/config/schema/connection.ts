import { z } from 'zod';

import { section } from '../issues.ts';
import { count, secret, text, word } from './words.ts';

/** How one server is reached. Which keys go with which driver is checked after template and server are merged. */
export const connection = section({
  driver: z.enum(['ssh', 'local', 'postgres', 'http']).optional(),
  host: word.optional(),
  port: z.int().min(1).max(65_535).optional(),
  user: word.optional(),
  privateKey: secret.optional(),
  hostKey: z
    .string()
    .regex(/^[a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/, 'a public key such as "ssh-ed25519 AAAA…"')
    .optional(),
  knownHosts: text.optional(),
  shell: z.enum(['sh', 'powershell']).optional(),
  workDirectory: text.optional(),
  keepRevisions: count.optional(),
  database: text.optional(),
  password: secret.optional(),
  baseUrl: z.url({ protocol: /^https?$/, error: 'a URL such as "https://host:9090/path"' }).optional(),
  tls: z.enum(['off', 'verify']).optional(),
  ca: text.optional(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

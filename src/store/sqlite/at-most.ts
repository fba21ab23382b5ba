import { type Placeholder, sql } from 'drizzle-orm';

/**
 * A limit that is given when the statement is run. SQLite looks into a parameter that stands there alone while it plans,
 * and so compiles the whole statement anew each time another value is bound, which costs more than the answer. It does
 * not look into a sum. Drizzle takes any SQL for a limit; only its type asks for a placeholder.
 */
export function atMost(name: string): Placeholder {
  return sql`(${sql.placeholder(name)} + 0)` as unknown as Placeholder;
}

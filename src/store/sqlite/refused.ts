/** The database cannot be used, and why, in one sentence for the person who started the program. */
export class StoreRefused extends Error {
  override name = 'StoreRefused';
}

/** What every command may be told. */
export interface CommonOptions {
  config?: string;
  format: 'text' | 'json';
}

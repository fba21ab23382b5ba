/** Why a server is not ready, in one sentence. */
export interface ServerProblem {
  server: string;
  message: string;
}

/** What the server answered; `error` is a sentence for the person. */
export type Answer<T> = ({ ok: true } & T) | { ok: false; error: string };

/** Presses a button of the server; never rejects. */
export async function post<T extends object = object>(act: string, body: object): Promise<Answer<T>> {
  try {
    const response = await fetch(`/act/${act}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as T & { error?: string };
    if (response.ok) return { ok: true, ...answer };
    return { ok: false, error: answer.error ?? 'It did not work.' };
  } catch {
    return { ok: false, error: 'The sandbox does not answer. Is it still running?' };
  }
}

/** Long enough for a megabyte over a slow line. */
const timeoutMs = 60_000;

/** Sends bytes to the address that Slack named for them. Rejects where they did not arrive whole. */
export async function uploadBytes(url: string, bytes: Uint8Array): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the address for uploads answered HTTP ${response.status}`);
}

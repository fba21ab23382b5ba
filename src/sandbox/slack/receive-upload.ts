import type { World } from './world.ts';

/** Takes the bytes for an upload URL, sent as they are or as a form. Answers the HTTP status. */
export async function receiveUpload(
  world: World,
  id: string,
  contentType: string,
  body: Buffer,
): Promise<number> {
  const file = world.files.get(id);
  if (!file) return 404;
  const bytes = contentType.startsWith('multipart/form-data') ? await firstPart(contentType, body) : body;
  if (bytes?.length !== file.length) return 400;
  file.bytes = bytes;
  return 200;
}

async function firstPart(contentType: string, body: Buffer): Promise<Buffer | null> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData();
  for (const value of form.values())
    return typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
  return null;
}

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { shellFor } from './shell.ts';

/** A file that the page is made of. */
export interface PageFile {
  contentType: string;
  body: Buffer | string;
}

const here = dirname(fileURLToPath(import.meta.url));
const script = 'text/javascript; charset=utf-8';

/** Every file that the page is made of, by its path; nothing else on this machine can be asked for. */
export function readPageFiles(firstPlayer: string): Map<string, PageFile> {
  return new Map<string, PageFile>([
    ['/', { contentType: 'text/html; charset=utf-8', body: shellFor(firstPlayer) }],
    ['/styles.css', { contentType: 'text/css; charset=utf-8', body: readStyles() }],
    ['/modules/preact.js', moduleFile('preact')],
    ['/modules/preact-hooks.js', moduleFile('preact/hooks')],
    ['/modules/preact-jsx-runtime.js', moduleFile('preact/jsx-runtime')],
    ['/app/slack/json.js', scriptFile(join(here, '../slack/json.js'))],
    ...readBrowserFiles(),
  ]);
}

function readStyles(): string {
  const directory = join(here, 'styles');
  const names = readdirSync(directory).toSorted();
  return names.map((name) => readFileSync(join(directory, name), 'utf8')).join('\n');
}

function readBrowserFiles(): [string, PageFile][] {
  const names = readdirSync(join(here, 'browser'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.js'))
    .map((name) => [
      `/app/page/browser/${name.replaceAll('\\', '/')}`,
      scriptFile(join(here, 'browser', name)),
    ]);
}

function moduleFile(name: string): PageFile {
  return scriptFile(fileURLToPath(import.meta.resolve(name)));
}

function scriptFile(path: string): PageFile {
  return { contentType: script, body: readFileSync(path) };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian has it. */
const chromiumFile = '/usr/bin/chromium';

/** Whether a browser is installed. */
export const hasChromium = (): boolean => existsSync(chromiumFile);

/** A browser of the machine, without its own network and sound. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumFile, args: ['--no-sandbox'] });
}

/** `lamplighter sandbox` as a person starts it. */
export interface Sandbox {
  /** The first line it printed. */
  url: string;
  pid: number;
  /** Sends a signal and waits for the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the built program; resolves with its first line. */
export async function startSandbox(...flags: string[]): Promise<Sandbox> {
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'sandbox', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  const url = await firstLine(child, ended);
  return {
    url,
    pid: child.pid ?? 0,
    end: async (signal) => {
      child.kill(signal);
      return await ended;
    },
  };
}

async function firstLine(child: ChildProcess, ended: Promise<number | null>): Promise<string> {
  return await new Promise((done, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    child.stdout?.on('data', (chunk: Buffer) => {
      const [line = '', ...more] = chunk.toString('utf8').split('\n');
      if (more.length > 0) done(line);
    });
    void ended.then((code) => reject(new Error(`the sandbox ended with ${code}: ${text}`)));
  });
}

/** The bot is a process of its own, and starts slowly where others want the machine as well. */
const botStartsInMs = 60_000;

/** Opens the page and waits until the bot is there. */
export async function openPage(browser: Browser, { url }: Sandbox, options = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  await page.getByText('running, pid').waitFor({ state: 'attached', timeout: botStartsInMs });
  return page;
}

import { createHash } from 'node:crypto';

const importMap = JSON.stringify({
  imports: {
    preact: '/modules/preact.js',
    'preact/hooks': '/modules/preact-hooks.js',
    'preact/jsx-runtime': '/modules/preact-jsx-runtime.js',
  },
});

const icon =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"%3E%3Crect width="32" height="32" rx="8" fill="%23221d33"/%3E%3Cpath d="M10 11h12l-2 11h-8z" fill="%23f7b955"/%3E%3Cpath d="M9 11l7-5 7 5zM13 23h6v3h-6z" fill="%23fff3dc"/%3E%3C/svg%3E';

/** The page before its program has begun, and who one is at first. */
export const shellFor = (firstPlayer: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lamplighter sandbox</title>
<link rel="icon" href='${icon}'>
<link rel="stylesheet" href="/styles.css">
<script type="importmap">${importMap}</script>
<script type="module" src="/app/page/browser/main.js"></script>
</head>
<body data-player="${firstPlayer}"><noscript>This page needs JavaScript.</noscript></body>
</html>
`;

/** Nothing but this server's own files runs, loads or is spoken to; no other page may frame this one. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`,
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

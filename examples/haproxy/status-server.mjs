#!/usr/bin/env node
// Prints up, drain or down for one server.
import { status, main } from './runtime.mjs';

await main('status-server.mjs SOCKET BACKEND/SERVER', async (socket, words) =>
  console.log(await status(socket, words)),
);

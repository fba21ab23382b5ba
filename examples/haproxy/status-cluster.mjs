#!/usr/bin/env node
// Prints up, drain or down for the servers of a cluster.
import { status, main } from './runtime.mjs';

await main('status-cluster.mjs SOCKET BACKEND/SERVER,BACKEND/SERVER…', async (socket, words) =>
  console.log(await status(socket, words)),
);

#!/usr/bin/env node
// Prints up, drain or down for one server.
import { main, status } from './nginx.mjs';

await main(['configuration', 'servers', 'name', 'healthUrl'], async (words) =>
  console.log(await status(words)),
);

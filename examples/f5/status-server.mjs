#!/usr/bin/env node
// Prints up, drain or down for one member of an F5 pool.
import { main, status } from './icontrol.mjs';

await main(async (address) => console.log(await status(address)));

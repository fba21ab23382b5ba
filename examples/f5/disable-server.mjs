#!/usr/bin/env node
// Takes one member out of its F5 pool and waits until its connections are closed.
import { disable, main } from './icontrol.mjs';

await main(disable);

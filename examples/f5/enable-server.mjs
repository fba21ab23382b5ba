#!/usr/bin/env node
// Puts one member back into its F5 pool and waits until F5 says that it is available.
import { enable, main } from './icontrol.mjs';

await main(enable);

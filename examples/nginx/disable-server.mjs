#!/usr/bin/env node
// Takes one server out of nginx and waits until the requests it had are answered.
import { disable, main } from './nginx.mjs';

await main(['configuration', 'servers', 'name'], disable);

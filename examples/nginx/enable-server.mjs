#!/usr/bin/env node
// Waits until one server answers its health check, then puts it back into nginx.
import { enable, main } from './nginx.mjs';

await main(['configuration', 'servers', 'name', 'healthUrl'], enable);

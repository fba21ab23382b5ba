#!/usr/bin/env node
// Puts one server back and waits until HAProxy says that it is up.
import { enable, main } from './runtime.mjs';

await main('enable-server.mjs SOCKET BACKEND/SERVER [SECONDS]', enable);

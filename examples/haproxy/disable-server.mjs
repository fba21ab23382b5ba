#!/usr/bin/env node
// Takes one server out of the load balancer and waits until its sessions have ended.
import { disable, main } from './runtime.mjs';

await main('disable-server.mjs SOCKET BACKEND/SERVER [SECONDS]', disable);

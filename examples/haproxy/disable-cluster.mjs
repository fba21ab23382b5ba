#!/usr/bin/env node
// Takes the servers of a cluster out together and waits until their sessions have ended.
import { disable, main } from './runtime.mjs';

await main('disable-cluster.mjs SOCKET BACKEND/SERVER,BACKEND/SERVER… [SECONDS]', disable);

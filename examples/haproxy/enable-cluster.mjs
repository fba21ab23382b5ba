#!/usr/bin/env node
// Puts the servers of a cluster back and waits until HAProxy says that all are up.
import { enable, main } from './runtime.mjs';

await main('enable-cluster.mjs SOCKET BACKEND/SERVER,BACKEND/SERVER… [SECONDS]', enable);

#!/usr/bin/env node
// Puts servers back.
import { named, readOut, writeOut } from './pool.mjs';

const back = new Set(named());
writeOut(new Set([...readOut()].filter((name) => !back.has(name))));

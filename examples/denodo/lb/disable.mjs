#!/usr/bin/env node
// Takes servers out: they get no queries from now on.
import { named, readOut, writeOut } from './pool.mjs';

writeOut(new Set([...readOut(), ...named()]));

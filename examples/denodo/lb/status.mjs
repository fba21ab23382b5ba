#!/usr/bin/env node
// Prints up, or drain where any of the servers is out.
import { named, readOut } from './pool.mjs';

const out = readOut();
console.log(named().some((name) => out.has(name)) ? 'drain' : 'up');

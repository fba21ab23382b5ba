import { runSeeds } from './run-seeds.ts';

/** `node play-seeds.js FROM COUNT [shrink]`: prints what the histories of these seeds came to, as JSON. */
const [from, count, shrink] = process.argv.slice(2);
const report = await runSeeds(Number(from), Number(count), shrink === 'shrink');
console.log(JSON.stringify(report));

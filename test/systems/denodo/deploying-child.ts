import { requestPlan } from '../../helpers/engine.ts';
import { openBench } from './bench.ts';
import { openDenodoStore, startDenodoExecutor } from './executor.ts';

/*
 * A bot of its own, to be killed. Usage: deploying-child.js FILE MIGRATIONS PORT SCRIPT
 * Requests a deployment of the script to the server on that port, prints its number, and executes it.
 */
const [, , file = '', migrationsFolder = '', port = '', vql = ''] = process.argv;
const bench = await openBench({ port: Number(port), vql });
const store = await openDenodoStore(file, migrationsFolder);
console.log(await requestPlan(store, bench.plan));
startDenodoExecutor(store, bench.dataDirectory);

CREATE TABLE `__new_events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`deployment` integer NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL,
	`fence` integer,
	`hash` text NOT NULL,
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
-- By hand: the log as it is, in the order in which it was written, chained from its first row on.
INSERT INTO `__new_events`("seq", "deployment", "version", "at", "type", "data", "fence", "hash")
WITH RECURSIVE chain(place, seq, deployment, version, at, type, data, fence, hash) AS (
	SELECT rowid, 1, deployment, version, at, type, data, fence, chain_hash('', deployment, version, at, type, data, fence)
	FROM events WHERE rowid = (SELECT min(rowid) FROM events)
	UNION ALL
	SELECT events.rowid, chain.seq + 1, events.deployment, events.version, events.at, events.type, events.data, events.fence,
		chain_hash(chain.hash, events.deployment, events.version, events.at, events.type, events.data, events.fence)
	FROM chain JOIN events ON events.rowid = (SELECT min(rowid) FROM events WHERE rowid > chain.place)
)
SELECT seq, deployment, version, at, type, data, fence, hash FROM chain;--> statement-breakpoint
DROP TABLE `events`;--> statement-breakpoint
ALTER TABLE `__new_events` RENAME TO `events`;--> statement-breakpoint
CREATE UNIQUE INDEX `events_version` ON `events` (`deployment`,`version`);

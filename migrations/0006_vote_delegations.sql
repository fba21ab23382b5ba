CREATE TABLE `vote_delegations` (
	`environment` text NOT NULL,
	`by` text NOT NULL,
	`to` text NOT NULL,
	`since` integer NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`environment`, `by`)
);
--> statement-breakpoint
CREATE INDEX `vote_delegations_by` ON `vote_delegations` (`by`,`environment`);
CREATE TABLE `environment_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`environment` text NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `environment_events_environment` ON `environment_events` (`environment`,`id`);--> statement-breakpoint
CREATE TABLE `environment_locks` (
	`environment` text PRIMARY KEY NOT NULL,
	`by` text NOT NULL,
	`via` text,
	`reason` text NOT NULL,
	`since` integer NOT NULL
);

CREATE TABLE `environment_backups` (
	`environment` text PRIMARY KEY NOT NULL,
	`path` text NOT NULL,
	`deployment` integer NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`deployment`) REFERENCES `deployments`(`number`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `inspections` (
	`environment` text NOT NULL,
	`server` text NOT NULL,
	`asked_at` integer NOT NULL,
	`answered_at` integer,
	`answer` text,
	PRIMARY KEY(`environment`, `server`)
);
--> statement-breakpoint
CREATE INDEX `inspections_unanswered` ON `inspections` (`asked_at`,`environment`,`server`) WHERE answered_at is null or answered_at < asked_at;--> statement-breakpoint
CREATE TABLE `property_values` (
	`environment` text NOT NULL,
	`cluster` text NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`environment`, `cluster`, `name`)
);
--> statement-breakpoint
CREATE INDEX `messages_paused` ON `messages` (`not_before`) WHERE not_before > 0;
CREATE TABLE `channel_tellings` (
	`environment` text PRIMARY KEY NOT NULL,
	`tells` text NOT NULL,
	`by` text NOT NULL,
	`via` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `people_settings` (
	`person` text PRIMARY KEY NOT NULL,
	`settings` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `messages` ADD `place` text;